"""Where a copy is: the identity of one incarnation, whichever endpoint it was seen through."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One place of one copy (rules, section 1).

    Hyper-V: (site, stand-alone host or cluster, VMId). vSphere: (site, datastore id, vmx path).
    """

    platform: str
    site: str
    where: str
    ident: str

    @property
    def id(self) -> str:
        """A short stable name for machines: platform and the first 12 hex digits of a hash of all parts."""
        text = "\0".join((self.platform, self.site, self.where, self.ident))
        return f"{self.platform}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
