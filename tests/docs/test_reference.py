"""The reference pages are generated from the code, and complete."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys

import pytest
from harness.header import FUNCTIONS, HANDLES
from harness.paths import ROOT
from harness.patience import SECONDS

FOLDER = ROOT / "docs" / "reference"
MODULES = {"flask": "clever_sso.flask", "asgi": "clever_sso.asgi", "django": "clever_sso.django"}
NEEDED = {"flask": "flask", "asgi": "starlette", "django": "rest_framework"}
SETTINGS = {
    "flask": "clever_sso.flask.extension:OWN_SETTINGS",
    "asgi": "clever_sso._settings:OF_EVERY_FACE",
    "django": "clever_sso.django.conf:OWN_SETTINGS",
}


def page(kind: str) -> str:
    pytest.importorskip(NEEDED[kind])
    return (FOLDER / f"{kind}.md").read_text("utf-8")


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_the_reference_pages_are_up_to_date_with_the_code() -> None:
    for package in NEEDED.values():
        pytest.importorskip(package)
    command = [sys.executable, str(FOLDER / "write.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"run `make reference`\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("kind", MODULES)
def test_every_exported_name_is_on_the_reference_page(kind: str) -> None:
    text = page(kind)
    names = importlib.import_module(MODULES[kind]).__all__
    missing = [
        name for name in names if not re.search(rf"^(### `(async )?{name}\b|\| `{name}` \|)", text, re.MULTILINE)
    ]
    assert missing == []


@pytest.mark.parametrize("kind", MODULES)
def test_the_page_has_exactly_the_settings_that_the_code_reads(kind: str) -> None:
    text = section(page(kind), "Settings")
    module, name = SETTINGS[kind].split(":")
    own = set(getattr(importlib.import_module(module), name))
    client = set(importlib.import_module("clever_sso._settings").CLIENT_SETTINGS)
    assert set(re.findall(r"^\| `(CLEVER_\w+)` \|", text, re.MULTILINE)) == own | client


@pytest.mark.parametrize("kind", ["flask", "asgi"])
def test_every_heading_names_an_existing_object(kind: str) -> None:
    text, module = section(page(kind), "Functions and classes"), importlib.import_module(MODULES[kind])
    headings = re.findall(r"^#{3,4} `(?:async )?([\w.]+)", text, re.MULTILINE)
    assert len(headings) > 12
    for heading in headings:
        found = module
        for part in heading.split("."):
            found = getattr(found, part)


def test_a_setting_without_a_description_is_reported() -> None:
    pytest.importorskip("flask")
    spec = importlib.util.spec_from_file_location("write_reference", FOLDER / "write.py")
    assert spec is not None
    assert spec.loader is not None
    write = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(write)
    text = write.flask()
    assert "| `CLEVER_AFTER_LOGIN` |" in text
    assert text == page("flask")
    with pytest.raises(SystemExit, match="no words about CLEVER_NEW"):
        write.settings_table({"CLEVER_NEW"}, {})


def test_the_php_page_is_up_to_date_with_the_stub_and_has_every_class_and_method() -> None:
    command = [sys.executable, str(FOLDER / "write_php.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"run `make reference`\n{done.stdout}{done.stderr}"
    stub = (ROOT / "php/extension/clever_sso.stub.php").read_text("utf-8")
    text = (FOLDER / "php.md").read_text("utf-8")
    classes = re.findall(r"^(?:\w+ )*(?:class|interface) (\w+)", stub, re.MULTILINE)
    assert re.findall(r"^## (\w+)$", text, re.MULTILINE) == classes
    methods = set(re.findall(r"    public (?:static )?function (\w+)", stub)) - {"jsonSerialize"}
    assert methods - set(re.findall(r"^### (\w+)$", text, re.MULTILINE)) == set()
    arguments = set(re.findall(r"@param \S+ (\$\w+)", stub))
    assert [name for name in arguments if f"| `{name}` |" not in text] == []


def test_the_c_page_is_up_to_date_with_the_header_and_has_a_section_for_each_function() -> None:
    command = [sys.executable, str(FOLDER / "write_c.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, f"run `make reference`\n{done.stdout}{done.stderr}"
    text = (FOLDER / "c.md").read_text("utf-8")
    sections = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###? |\Z)", text, re.DOTALL | re.MULTILINE))
    for name, function in FUNCTIONS.items():
        declared = " ".join(sections[name].split("```c\n", 1)[1].split("```", 1)[0].split())
        assert f"{name}(" in declared
        assert all(parameter.name in declared for parameter in function.parameters), name
        words = re.sub(r"\]\(#\w+\)", "", sections[name]).replace("[`", "`")
        assert " ".join(function.comment.split()) in " ".join(words.split()), name
    assert set(sections) >= HANDLES
    for own, words in sections.items():
        unlinked = set(re.findall(r"(?<!\[)`(clever_sso_\w+)`", words)) & set(sections)
        assert unlinked <= {own}, own
