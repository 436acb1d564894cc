"""The disk a workspace lies on: free space, and whether it is a local one."""

import logging
import os
import shutil
from pathlib import Path

import psutil

from engine.errors import EngineError

NEEDED = 2**30
OVERRIDE = "MODELWRIGHT_NETWORK_DISK"
log = logging.getLogger("modelwright.store")
_NETWORK = {"afpfs", "afs", "cifs", "davfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs", "webdav"}
_NETWORK |= {"9p", "beegfs", "ceph", "fuse.rclone", "fuse.sshfs", "glusterfs"}


def free(path: Path) -> int:
    """Bytes free on the disk of `path` (or of its nearest folder that exists)."""
    return shutil.disk_usage(_existing(path)).free


def total(path: Path) -> int:
    """Bytes that the disk of `path` holds."""
    return shutil.disk_usage(_existing(path)).total


def shortage(path: Path) -> str:
    """A sentence if there is too little room to start a training there, else ""."""
    left = free(path)
    if left >= NEEDED:
        return ""
    said = f"Waiting for room on the disk: {left / 2**30:.1f} GB are free and {NEEDED / 2**30:.0f} GB are needed."
    return f"{said} Delete files you no longer need."


def network(path: Path) -> str:
    """The kind of network disk that `path` lies on, else ""."""
    place = _existing(path).resolve()
    mounts = [m for m in psutil.disk_partitions(all=True) if place.is_relative_to(m.mountpoint)]
    kind = max(mounts, key=lambda m: len(m.mountpoint)).fstype.lower() if mounts else ""
    return kind if kind in _NETWORK else ""


def refuse_network(path: Path) -> None:
    """Raises EngineError if `path` lies on a network disk, where the database could be destroyed. With the variable it warns only."""
    if kind := network(path):
        if is_overridden():
            log.warning("The workspace %s lies on a network disk (%s). Use it from one computer and one program only.", path, kind)
            return
        raise EngineError(
            f"The workspace {path} lies on a network disk ({kind}), where its database can be damaged when two programs write.",
            "Choose a folder on a disk of this computer with --workspace or the variable MODELWRIGHT_WORKSPACE.",
        )


def is_overridden() -> bool:
    """Whether somebody has decided to use network disks all the same."""
    return os.environ.get(OVERRIDE) == "1"


def _existing(path: Path) -> Path:
    return next((p for p in (path, *path.parents) if p.exists()), Path("/"))
