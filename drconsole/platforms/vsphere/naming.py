"""How vSphere writes names, datastores and paths, and what identifies them."""

from __future__ import annotations

import re

_ESCAPES = {"2f": "/", "5c": "\\", "25": "%"}
_ESCAPE = re.compile("%(2f|5c|25)", re.IGNORECASE)
_VMX = re.compile(r"\[(?P<store>[^\]]*)\] ?(?P<path>.*)", re.DOTALL)
_MOUNTED = re.compile(r"(?:ds://)?/vmfs/volumes/(?P<id>[^/]+)/+(?P<path>.+)", re.DOTALL)


def decoded(name: str) -> str:
    """A name as people write it: vim escapes slash, backslash and percent (facts/vsphere, section 7)."""
    return _ESCAPE.sub(lambda escape: _ESCAPES[escape[1].lower()], name)


def store_id(url: str) -> str:
    """What identifies a datastore whoever looks: the last part of its URL, a volume's uuid.

    A vCenter says ``ds:///vmfs/volumes/UUID/``, a host may say ``/vmfs/volumes/UUID``. Empty for none.
    """
    return url.rstrip("/").rpartition("/")[2]


def split_vmx(path: str) -> tuple[str, str, str]:
    """Datastore name, datastore id and path inside it of ``[name] folder/x.vmx``; what is not said is empty.

    Machines whose files cannot be reached say ``/vmfs/volumes/UUID/folder/x.vmx`` instead.
    """
    if named := _VMX.fullmatch(path):
        return decoded(named["store"]), "", named["path"]
    if mounted := _MOUNTED.fullmatch(path):
        return "", mounted["id"], mounted["path"]
    return "", "", path
