"""Writes reproducible tar archives: the same files always give the same bytes."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class File(NamedTuple):
    """A file in an archive."""

    content: bytes
    program: bool = False


def tar(files: Mapping[str, File | bytes], time: int) -> bytes:
    """Return an archive of these files, sorted by path, owned by root."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, file in sorted(files.items()):
            content, program = file if isinstance(file, File) else (file, False)
            member = tarfile.TarInfo(path)
            member.size, member.mtime, member.mode = len(content), time, 0o755 if program else 0o644
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def gzipped(data: bytes) -> bytes:
    """Return the same archive, compressed by gzip without a time or a file name."""
    return gzip.compress(data, 9, mtime=0)
