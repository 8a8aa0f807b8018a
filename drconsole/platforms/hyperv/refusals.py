"""What Hyper-V's refusals of acts mean: likely causes, what to check, and whether a retry is safe.

Judged by error ids and by numbers in the text, never by words: messages are localised (facts/hyperv,
section 4).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drconsole.errors import ScriptFailed

OURS = "drconsole:"
BAD_ARGUMENT = "0x80070057"
_NUMBER = re.compile(r"0x[0-9A-Fa-f]{8}")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One kind of refusal.

    Args:
        cause: what it comes from, most likely.
        check: what to look at.
        retry: whether the step may simply be tried again, in words.
    """

    cause: str
    check: str
    retry: str


SAFE = "Nothing was changed; retry when that is settled."
LOOK = "Look at both ends before a retry."

OWN = {
    "test-switch-not-allowed": Refusal(
        "An adapter of the replica names a switch for tests that is not among the site's test networks.",
        "Clear its TestReplicaSwitchName, or list the network in the config as a test network.",
        SAFE,
    ),
    "no-such-point": Refusal(
        "The recovery point was there when the plan was made and is gone: a newer one took its place.",
        "Plan again and choose another point.",
        SAFE,
    ),
    "no-such-test": Refusal("The test copy that is meant is not there any more.", "Look again.", SAFE),
    "failed-over": Refusal(
        "The replica was failed over meanwhile: the same call would discard that.", "Look again.", SAFE
    ),
    "test-exists": Refusal("A test copy was made meanwhile.", "Stop the test first.", SAFE),
    "other-state": Refusal("The replication state has changed meanwhile.", "Look again.", SAFE),
    "notes-changed": Refusal(
        "Somebody wrote into the VM's notes in the same moment.", "Nothing: they are read anew.", SAFE
    ),
    "no-such-switch": Refusal(
        "The host has no switch of this name, letter by letter.",
        "Compare the networks of the pair in the config with the host's switches.",
        "Adapters may be disconnected; a retry connects them.",
    ),
    "two-switches": Refusal(
        "The host has two switches of one name.",
        "Rename one of them.",
        "Adapters may be disconnected; a retry connects them.",
    ),
    "no-such-adapter": Refusal(
        "An adapter was removed or added since the plan was made.", "Plan again.", "Plan again instead."
    ),
    "no-relation": Refusal("The VM is not replicated any more.", "Look again.", SAFE),
}
NUMBERS = {
    "0x8009030C": Refusal(
        "Kerberos refused the logon between the two hosts.",
        "Their clocks, the partner's computer account, and whether both can ask a domain controller.",
        LOOK,
    ),
    "0x80090303": Refusal(
        "Kerberos does not know the partner's name: another domain, or a missing service principal name.",
        "setspn -L of the partner or its broker; the trust between the domains.",
        LOOK,
    ),
    "0x00002EFE": Refusal(
        "The partner ended the connection: often Kerberos, or a service that restarts.",
        "The partner's event log Microsoft-Windows-Hyper-V-VMMS-Admin.",
        LOOK,
    ),
    "0x00002EF3": Refusal(
        "Something between the hosts, a proxy most likely, breaks the certificate connection.",
        "netsh winhttp show proxy on both hosts.",
        LOOK,
    ),
    "0x8007052E": Refusal(
        "The broker could not log on: its account or service principal name is wrong.",
        "The cluster's computer object and its rights.",
        LOOK,
    ),
    BAD_ARGUMENT: Refusal(
        "The list of replicated disks is stale: a disk was added, removed or moved.",
        "Get-VMReplication | Format-List ReplicatedDisks, ExcludedDisks.",
        LOOK,
    ),
    "0x80070002": Refusal(
        "A disk or a replication log file of the VM is missing.", "Its folder on the host's storage.", LOOK
    ),
}
IDS = {
    "InvalidState": Refusal(
        "Its replication state, or its power, does not admit this now.",
        "Get-VMReplication on both hosts.",
        SAFE,
    ),
    "InvalidOperation": Refusal(
        "Its replication mode does not admit this on this side.", "Get-VMReplication on both hosts.", SAFE
    ),
    "InvalidParameter": Refusal(
        "The host does not take a value that it was given.",
        "Networks, VLANs and addresses of the pair in the config.",
        "Plan again when that is settled: a plan keeps the values that it was made with.",
    ),
    "ObjectNotFound": Refusal(
        "The VM, or something that belongs to it, is not on this host any more.",
        "Whether it moved to another node, or was removed.",
        SAFE,
    ),
    "AccessDenied": Refusal(
        "The account may not do this.", "Membership in Hyper-V Administrators on the host.", SAFE
    ),
    "OperationFailed": Refusal(
        "Hyper-V tried and did not succeed; often the partner cannot be reached.",
        "The event log Microsoft-Windows-Hyper-V-VMMS-Admin on both hosts.",
        LOOK,
    ),
}


TIMED_OUT = Refusal(
    "The host gave up waiting; most often for a guest that does not shut down.",
    "The guest's own console, and whether its integration services run.",
    "It may be tried again.",
)


def refusal_of(error_id: str, message: str, category: str = "") -> Refusal | None:
    """What is known of a refusal, by its id, else by a number in its text, else by PowerShell's category."""
    head = error_id.split(",")[0]
    if head.startswith(OURS):
        return OWN.get(head.removeprefix(OURS))
    for number in _NUMBER.findall(message):
        known = "0x" + number[2:].upper()
        # Any bad argument has this number; the property's name is not localised.
        if known in NUMBERS and (known != BAD_ARGUMENT or "IncludedDisks" in message):
            return NUMBERS[known]
    return TIMED_OUT if category == "OperationTimeout" else IDS.get(head)


def decoded(error: ScriptFailed) -> str:
    """The refusal in the host's words, then what it comes from, what to check, and whether to try again."""
    known = refusal_of(error.error_id, error.message, error.category)
    if known is None:
        return error.message
    said = "" if error.error_id.startswith(OURS) else f"{error.message} "
    return f"{said}{known.cause} Check: {known.check} {known.retry}"
