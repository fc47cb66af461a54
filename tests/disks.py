"""Disks that fill, that cannot be written, or that forget; folders that cannot be listed."""

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


def damage(file: Path, start: int, length: int) -> None:
    """Turn the bits of a part of a file, as a disk does: its size and time stay."""
    data = bytearray(file.read_bytes())
    data[start : start + length] = bytes(~byte & 255 for byte in data[start : start + length])
    times = file.stat()
    file.write_bytes(data)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
