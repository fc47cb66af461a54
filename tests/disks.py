"""Disks that fill, or that cannot be written; folders that cannot be listed."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """Make a folder a disk of its own for a while, of as much as `mount` understands by `size`."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here: not root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def remount(folder: Path, option: str) -> None:
    """Change such a disk: `ro` lets nobody write, `size=…` makes it larger."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


@contextmanager
def unlistable(*folders: Path) -> Iterator[None]:
    """Let nobody list these folders for a while; to take away the right to would not stop root."""
    scandir = os.scandir

    def refuse(folder: Path) -> object:
        if folder in folders:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return scandir(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.documents.files.os.scandir", refuse)
        yield
