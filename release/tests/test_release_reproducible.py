"""The comparison of two builds in `make test-reproducible`, which `make test-all` runs."""

from __future__ import annotations

import io
import tarfile

import pytest
import reproducible


def tarball(text: bytes, time: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        member = tarfile.TarInfo("lib/libclever_sso.a")
        member.size, member.mtime = len(text), time
        archive.addfile(member, io.BytesIO(text))
    return out.getvalue()


def test_identical_builds_have_no_difference() -> None:
    built = {"a.tar": tarball(b"one", 7), "libclever_sso.so": b"\x7fELF"}
    assert reproducible.compare(built, dict(built)) == []


@pytest.mark.parametrize(
    ("second", "lines"),
    [
        ({"a.tar": tarball(b"two", 7)}, ["a.tar: lib/libclever_sso.a differs from byte 0 on"]),
        ({"a.tar": tarball(b"one more", 7)}, ["a.tar: lib/libclever_sso.a differs from byte the end of one on"]),
        ({"a.tar": tarball(b"one", 8)}, ["a.tar: its members are the same, their times, owners or order differ"]),
        ({}, ["a.tar was built only once"]),
    ],
)
def test_a_different_file_is_named(second: dict[str, bytes], lines: list[str]) -> None:
    assert reproducible.compare({"a.tar": tarball(b"one", 7)}, second) == lines
