"""The extension and FFI have the same classes: names, arguments, defaults, properties, and what they throw."""

from __future__ import annotations

import json

from harness import emulator
from harness.paths import ROOT
from installed import Installed, told
from test_extension import TESTED


def test_both_ways_have_the_same_classes(installed: Installed) -> None:
    extension, ffi = (json.loads(told(installed, "describe.php", "", extension=way)) for way in (True, False))
    assert extension.keys() == ffi.keys()
    for name, described in extension.items():
        assert ffi[name] == described, name
    assert len(extension["Client"]["methods"]) >= 11


def test_both_ways_do_and_throw_the_same(installed: Installed) -> None:
    with emulator.running([TESTED], "ada") as clever:
        extension, ffi = (json.loads(told(installed, "tried.php", clever, extension=way)) for way in (True, False))
    assert len(extension) == len(ffi)
    assert [pair for pair in zip(extension, ffi) if pair[0] != pair[1]] == []


def test_both_ways_carry_the_same_files_of_the_page() -> None:
    carried, source = (ROOT / "php" / way / "CleverSso" for way in ("ffi", "extension"))
    assert carried.resolve() == source.resolve()
    assert {path.name for path in source.iterdir()} == {"Web.php", "Session.php", "Problem.php"}
