"""Whether the old side can become the replica: what its host, or its cluster's broker, takes from others."""

from __future__ import annotations

from drconsole.domain.deep import Deep, Receiver
from drconsole.domain.plan import Check, Readiness
from drconsole.domain.replication import is_named, relation_of
from drconsole.domain.snapshot import CopyState

BOTH = "CertificateAndKerberos"
SEE_WHOM = "Look at the servers that it accepts replication from."
ASK_WITH_RIGHTS = "Plan again with an account that may read the host's settings, or look at them there."


def takes_back(old: CopyState, new: CopyState, here: Deep, there: Deep) -> tuple[Check, ...]:
    """Whether the old side takes replication from the new one, and can run the VM as it is there.

    Args:
        here: the deep read of the old side.
        there: that of the new one.
    """
    # It was configured with the name under which the new side is known: its host's, or its broker's.
    relation = relation_of(new.sighting)
    sender = relation.replica if relation else ""
    return (_taken(here.receiver, sender, there.authentication, old.endpoint), _version(here, there, old))


def _taken(told: Receiver | None, sender: str, authentication: str, who: str) -> Check:
    """Whether a replica server takes what is sent under a name."""
    if told is None:
        text = f"whether {who} accepts replication could not be read"
        return Check(Readiness.UNKNOWN, text, who, ASK_WITH_RIGHTS)
    if not told.enabled:
        clear = "Enable it as a Replica server (on a cluster: in the settings of its Replica Broker)."
        return Check(Readiness.BLOCKED, f"{who} does not accept replication", who, clear)
    if authentication and told.authentication not in (authentication, BOTH):
        text = f"{who} accepts {told.authentication} alone, and this replication uses {authentication}"
        return Check(Readiness.BLOCKED, text, who, f"Allow {authentication} in its replication settings.")
    if not _admitted(told, sender):
        if "." not in sender and any(one.startswith("*.") for one in told.allowed):
            text = f"{who} accepts replication from domains, and only the short name {sender!r} is known"
            return Check(Readiness.UNKNOWN, text, who, SEE_WHOM)
        text = f"{who} does not accept replication from {sender or 'a server without a name'}"
        clear = f"Add {sender} to the servers that it accepts replication from."
        return Check(Readiness.BLOCKED, text, who, clear)
    return Check(Readiness.READY, f"{who} accepts replication from {sender}", who)


def _admitted(told: Receiver, sender: str) -> bool:
    """Whether a server is among those that are allowed: by its name, or with its whole domain."""
    if told.anyone or "*" in told.allowed:
        return True
    name = sender.casefold().rstrip(".")
    domains = (one[1:].casefold() for one in told.allowed if one.startswith("*."))
    named = any(is_named(sender, (one,)) for one in told.allowed)
    return named or any(name.endswith(domain) for domain in domains)


def _version(here: Deep, there: Deep, old: CopyState) -> Check:
    """Whether the old side supports the version that the VM has at the new one."""
    who, version = old.endpoint, there.version
    if not version or here.versions is None:
        text = f"whether {who} supports the VM's version could not be read"
        return Check(Readiness.UNKNOWN, text, who, ASK_WITH_RIGHTS)
    if version in here.versions:
        return Check(Readiness.READY, f"{who} supports the VM's version {version}", who)
    text = f"{who} does not support the VM's version {version} (it supports {', '.join(here.versions)})"
    return Check(Readiness.BLOCKED, text, who, "Upgrade that host, or replicate to one that supports it.")
