"""Whether a folder lies on a file system whose locks hold between the processes of one machine alone."""

from __future__ import annotations

import os
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset(
    [
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"),
        *("gfs2", "ocfs2", "virtiofs", "ncpfs", "beegfs"),
        *("fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone"),
    ]
)


def network_filesystem(folder: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of network file system that a folder lies on; empty where it is local or nobody can tell.

    Args:
        mounts: the kernel's list of mounts (proc(5), mountinfo): the third field is the device's number,
            the first after ``-`` the file system's kind.
    """
    device = os.stat(folder).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        mount, _, kind = line.partition(" - ")
        fields = mount.split()
        if len(fields) > 2 and fields[2] == number and kind.split()[:1]:
            found = kind.split()[0]
            return found if found in _NETWORK else ""
    return ""
