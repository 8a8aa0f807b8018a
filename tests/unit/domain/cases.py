"""All worlds with the verdict that the truth table gives them, written by hand from the rules, section 3."""

from __future__ import annotations

from .case_form import Case, Expected
from .chain_cases import CHAINS
from .host_cases import HOSTS
from .pair_cases import PAIRS
from .rehearsal_cases import REHEARSALS
from .vsphere_cases import VSPHERE

__all__ = ["CASES", "Case", "Expected"]

CASES = [*PAIRS, *HOSTS, *CHAINS, *REHEARSALS, *VSPHERE]
assert len({case.name for case in CASES}) == len(CASES)
