"""The settings of a client and the options of a login have the same names in every language and every guide.

The list of settings is `core/src/config/table.rs`. `docs/settings.md` is generated from it, and read here.
`core/tests/settings.rs` tests Rust. The options are the fields of the structs in Rust.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clever_sso
import pytest
from clever_sso import AsyncClient, Client, ClientSettings, _settings
from harness.header import FUNCTIONS, functions_of
from harness.paths import ROOT

PAGE = (ROOT / "docs/settings.md").read_text("utf-8")
MEANINGS, NAMES = (
    [
        [cell.strip() for cell in re.split(r" \| ", row.strip("| "))]
        for row in re.findall(r"^\| `.*$", part, re.MULTILINE)
    ]
    for part in PAGE.split("## Names in each language")
)
PYTHON, VARIABLES, RUST, C, PHP = ([cell.strip("`") for cell in column] for column in zip(*NAMES))
VALUES = {name.strip("`"): value for name, value, _, _ in MEANINGS}
SENTENCES = {name.strip("`"): sentence for name, _, _, sentence in MEANINGS}
# Only the constructor in PHP has this argument: where processes share keys.
ONLY_PHP = ["keyCache", "logger"]
CONFIG = "clever_sso_config_"
# Variables that are not settings of a client.
OTHERS_IN_C = {"free", "set_setting_names", "doctor", "doctor_with_discovery"}
# More variables that the frameworks, the PHP web page, the examples and the tools read.
BESIDES = {"CLEVER_DISTRICT_ID", "CLEVER_KEY_CACHE", "CLEVER_SESSION_NAME"}


def text(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_the_settings_page_was_read() -> None:
    assert PYTHON == list(VALUES) == list(SENTENCES)
    assert len(PYTHON) == 20
    assert PYTHON[:3] == ["client_id", "client_secret", "redirect_uri"]
    assert {"set_tokeninfo_endpoint", "add_redirect_uri", "discover", "new"} <= set(C)


def test_c_has_a_setter_for_each_setting_and_its_comment_begins_with_the_sentence() -> None:
    declared = {name.removeprefix(CONFIG): one for name, one in FUNCTIONS.items() if name.startswith(CONFIG)}
    assert declared.keys() == set(C) | OTHERS_IN_C
    for python, c in zip(PYTHON, C):
        if c != "new":
            assert " ".join(declared[c].comment.split()).startswith(SENTENCES[python]), c


def test_a_string_argument_in_c_has_the_name_of_the_setting() -> None:
    for c in C:
        (given,) = [one for one in FUNCTIONS[CONFIG + c].parameters if one.name not in {"config", "error"}] or [None]
        if given is not None and given.is_text:
            assert given.name == ("client_id" if c == "new" else re.sub("^(set|add)_", "", c))


def defaults_of(signature: inspect.Signature) -> dict[str, Any]:
    return {name: one.default for name, one in signature.parameters.items()}


def test_python_has_an_argument_for_each_setting_in_the_same_order() -> None:
    signature = inspect.signature(Client)
    assert list(signature.parameters) == PYTHON
    assert [*PYTHON[:3], *ClientSettings.__annotations__] == PYTHON
    defaults = defaults_of(signature)
    assert {name: defaults[name] for name in ("timeout", "leeway")} == {"timeout": 10.0, "leeway": 60}


def test_the_environment_and_the_frameworks_have_a_variable_for_each_setting() -> None:
    readers = _settings._READERS  # noqa: SLF001  (the list itself is looked at)
    assert list(readers) == PYTHON
    assert [_settings.PREFIX + name.upper() for name in readers] == VARIABLES
    kinds = {
        "text": "_text",
        "one text or several": "_list",
        "PEM text or a path": "_text_or_path",
        "seconds; a `Duration` in Rust": "_seconds",
        "whole seconds": "_whole_seconds",
        "true or false": "_boolean",
        "true or false (in C and Rust: a function to call)": "_boolean",
    }
    # URIs are texts without a comma between them.
    read = {name: reader.__name__.replace("_uris", "_list") for name, reader in readers.items()}
    assert {name: kinds[value] for name, value in VALUES.items()} == read


@pytest.mark.parametrize("source", ["php/extension/clever_sso.stub.php", "php/ffi/src/Client.php"])
def test_php_has_an_argument_for_each_setting_in_the_same_order(source: str) -> None:
    client = re.split(r"final (?:readonly )?class Client", text(source), maxsplit=1)[1]
    constructor = re.search(r"function __construct\((.*?)\n    \)", client, re.DOTALL)
    assert constructor
    arguments = dict(re.findall(r"\$(\w+)(?: = ([^,\n]+))?,", constructor[1]))
    assert list(arguments) == [*PHP, *ONLY_PHP]
    assert (arguments["timeout"], arguments["leeway"]) == ("10.0", "60")


def test_the_php_extension_and_ffi_pass_each_setting_to_the_library() -> None:
    extension = text("php/extension/settings.h") + text("php/extension/settings.c")
    handed = set(re.findall(r"EACH\(\w+, (\w+)\)", extension)) | set(re.findall(rf"{CONFIG}(\w+)\(", extension))
    assert handed == set(C) | OTHERS_IN_C
    header = {name.removeprefix(CONFIG) for name in functions_of(text("php/ffi/clever_sso_ffi.h")) if CONFIG in name}
    assert header == set(C) | OTHERS_IN_C
    client = text("php/ffi/src/Client.php")
    handed = set(re.findall(r"^ {8}'((?:set|add)_\w+)' =>", client.split("const SETTERS = [", 1)[1], re.MULTILINE))
    handed |= set(re.findall(r"'config_(\w+)'", client))
    assert handed | {"free"} == set(C) | OTHERS_IN_C


def test_the_guides_for_python_and_c_name_each_setting() -> None:
    assert [name for name in VARIABLES if f"`{name}`" not in text("docs/python.md")] == []
    guide = text("docs/c.md").replace("`…_", f"`{CONFIG}")
    assert [name for name in C if f"{CONFIG}{name}" not in guide] == []


def variables_of(file: Path) -> set[str]:
    """Return the environment variables in a text, without the emulator's variables and without constants of C."""
    found = re.findall(r"\bCLEVER_[A-Z]+(?:_[A-Z]+)*\b(?![_*…])", file.read_text("utf-8", "replace"))
    return {name for name in found if not name.startswith(("CLEVER_SSO", "CLEVER_EMULATOR"))}


def test_every_documented_variable_is_read() -> None:
    pytest.importorskip("flask")
    pytest.importorskip("django")
    known = set(VARIABLES) | BESIDES
    for home in ("clever_sso.flask.extension", "clever_sso.django.conf"):
        known |= importlib.import_module(home).OWN_SETTINGS
    folders = ["docs", "examples", "python/clever_sso", "php/extension", "php/ffi", "emulator/src"]
    kinds = {".md", ".py", ".php", ".rs", ".c", ".h", ".toml", ".pyi"}
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.suffix in kinds]
    files = [file for file in files if not {"target", "node_modules", "vendor"} & set(file.parts)] + [
        ROOT / "README.md"
    ]
    assert len(files) > 200
    unknown = {file.relative_to(ROOT).as_posix(): variables_of(file) - known for file in files}
    assert {name: variables for name, variables in unknown.items() if variables} == {}


def test_the_emulator_removes_variables_that_lead_to_another_clever() -> None:
    listed = re.search(
        r"const OF_ANOTHER_CLEVER: \[&str; \d+\] = \[(.*?)\];", text("emulator/src/command/exec.rs"), re.DOTALL
    )
    assert listed
    addresses = {
        f"CLEVER_{name.upper()}" for name in PYTHON if re.search(r"_endpoint$|_uri$|^issuer$|^api_base$", name)
    }
    # The emulator sets the redirect URI itself, and also the secret if the app has one.
    expected = addresses - {"CLEVER_REDIRECT_URI"} | {"CLEVER_CLIENT_SECRET", "CLEVER_DISCOVER"}
    assert set(re.findall(r'"(\w+)"', listed[1])) == expected


def fields(path: str, struct: str) -> set[str]:
    """Return the public fields of a struct in Rust."""
    found = re.search(rf"pub struct {struct}(?:<'a>)? \{{\n(.*?)^\}}", text(path), re.DOTALL | re.MULTILINE)
    assert found
    return set(re.findall(r"^    pub (\w+):", found[1], re.MULTILINE))


def options_in_c(handle: str) -> set[str]:
    """Return the fields of the options, and the required arguments of their constructor."""
    given = {one.name for one in FUNCTIONS[f"{handle}_new"].parameters} - {"options", "error"}
    return given | {name.removeprefix(f"{handle}_set_") for name in FUNCTIONS if name.startswith(f"{handle}_set_")}


def arguments(function: Callable[..., object]) -> set[str]:
    return set(inspect.signature(function).parameters) - {"self"}


def arguments_in_php(source: str, method: str) -> set[str]:
    """Return the arguments of a method, by the names in the other languages."""
    declared = re.search(rf"function {method}\((.*?)\): ", text(source), re.DOTALL)
    assert declared
    return {
        re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name) for name in re.findall(r"\$(\w+)", declared[1])
    }


def test_a_login_has_the_same_options_everywhere() -> None:
    options = fields("core/src/login/outcome.rs", "LoginOptions")
    assert len(options) >= 6
    assert options_in_c("clever_sso_login_options") == options
    assert arguments(Client.begin_login) == arguments(AsyncClient.begin_login) == options
    for source in ("php/extension/clever_sso.stub.php", "php/ffi/src/Client.php"):
        assert arguments_in_php(source, "beginLogin") == options


def test_an_authorization_request_has_the_same_options_everywhere() -> None:
    options = fields("core/src/urls.rs", "AuthorizeOptions")
    assert len(options) >= 6
    # C has a bool instead of a string.
    assert options_in_c("clever_sso_authorize_options") == options - {"response_type"} | {"implicit"}
    assert arguments(Client.authorize_url) == arguments(AsyncClient.authorize_url) == options
    for source in ("php/extension/clever_sso.stub.php", "php/ffi/src/Client.php"):
        assert arguments_in_php(source, "authorizeUrl") == options


def test_the_pure_verifier_has_the_same_options_everywhere() -> None:
    options = fields("core/src/protocol/id_token.rs", "Expected")
    assert len(options) >= 6
    assert options_in_c("clever_sso_verify_options") == options
    assert arguments(clever_sso.verify_id_token) == options | {"token", "keys"}
    assert arguments_in_php("php/ffi/src/KeySet.php", "verifyIdToken") == options | {"id_token"}
