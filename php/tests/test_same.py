"""The extension and FFI return the same values and messages. suite/ApiTest.php compares their classes."""

from __future__ import annotations

import json
import re

from harness import emulator
from harness.paths import ROOT
from installed import Installed, told
from test_extension import TESTED


def test_the_extension_and_ffi_return_and_throw_the_same(installed: Installed) -> None:
    with emulator.running([TESTED], "ada") as clever:
        extension, ffi = (json.loads(told(installed, "tried.php", clever, extension=way)) for way in (True, False))
    assert len(extension) == len(ffi)
    assert [pair for pair in zip(extension, ffi) if pair[0] != pair[1]] == []
    assert [said for said in extension if "ErrorException" in said] == [
        "ErrorException: : Undefined variable $nothing: 0"
    ]


def test_the_extension_and_ffi_obey_open_basedir(installed: Installed) -> None:
    extension, ffi = (told(installed, "confined.php", "", extension=way) for way in (True, False))
    assert extension == ffi
    constructor = "ValueError: CleverSso\\Client::__construct(): Argument"
    config = "CleverSso\\ConfigException: config_invalid: the configuration cannot be used:"
    assert extension.splitlines() == [
        f"{constructor} #21 ($keyCache) must be a file that open_basedir allows",
        f"{constructor} #19 ($caBundle) must be PEM text, or a file that open_basedir allows",
        f"{config} CLEVER_KEY_CACHE must be a file that open_basedir allows",
        "nothing is thrown",
        f"{constructor} #21 ($keyCache) must be a file that open_basedir allows",
        f"{constructor} #19 ($caBundle) must be PEM text, or a file that open_basedir allows",
    ]


def test_php_has_every_method_of_python() -> None:
    def declared(path: str) -> set[str]:
        """The methods and properties of a class."""
        text = (ROOT / path).read_text()
        (found,) = re.findall(r"^(?:[a-z]+ )*class Client\b.*?^[@c}]", text, re.MULTILINE | re.DOTALL)
        return set(re.findall(r"(?:\bdef |\bfunction |public readonly \w+ \$)([a-z]\w*)", found))

    theirs = declared("python/clever_sso/_native.pyi")
    ours = declared("php/extension/clever_sso.stub.php")
    assert len(theirs) > 20
    camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), name) for name in theirs}
    # PHP frees a client automatically.
    assert camel - ours == {"close"}


def test_the_extension_and_ffi_have_the_same_page_classes() -> None:
    carried, source = (ROOT / "php" / way / "CleverSso" for way in ("ffi", "extension"))
    assert carried.resolve() == source.resolve()
    assert {"Web.php", "Session.php", "Problem.php", "BrowserLeg.php"} <= {path.name for path in source.glob("*.php")}
