"""Writes flask.md, django.md and asgi.md in this folder from the code of the package: `make reference`.

With `--check` it writes nothing, names each page that is out of date, and exits with 1.
"""

from __future__ import annotations

import argparse
import ast
import dataclasses
import difflib
import importlib
import inspect
import re
import secrets
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).parent
TITLES = {"flask": "Flask", "django": "Django", "asgi": "FastAPI and Starlette"}
# Headings of docstrings whose lines are a list of names.
LISTS = {"Args": "", "Attributes": "", "Raises": "Raises:", "Returns": "Returns:"}
# They are for the package's own use.
INTERNAL = {
    "OF_EVERY_FACE",
    "all_of",
    "check_held",
    "check_hook",
    "from_session",
    "is_person_of",
    "is_stale",
    "leave",
    "linked",
    "note_redirect",
    "of",
    "replaced",
    "replacing",
    "shorten",
    "spend",
    "step",
    "take",
    "take_of_person_in",
    "to_session",
    "with_key",
    "without_room",
}
VIEW_OF = {
    "login": "`?next=` where the person goes afterwards, `?district_id=` skips the school picker, `?switch_user=1` "
    "lets Clever ask students who they are",
    "callback": "where Clever sends people back to: the path of the redirect URI",
    "logout": "POST; ends the session",
    "whoami": "JSON: who is signed in, or 401",
    "link": "POST of a user who is signed in: link a Clever account",
    "confirm_link": "asks a user who is signed in whether this is their Clever account; POST of the answer",
    "unlink": "POST of a user who is signed in: delete the links",
}


# ---------------------------------------------------------------- text


def rendered(docstring: str | None) -> str:
    """A docstring as Markdown: arguments become a list, indented code a block."""
    parts: list[str] = []
    blocks = re.split(r"\n\n(?=\S|    )", inspect.cleandoc(docstring or ""))
    for block in blocks:
        heading = re.match(r"(Args|Attributes|Raises|Returns):\n", block)
        if heading:
            parts.append(_list(heading[1], textwrap.dedent(block[heading.end() :])))
        elif block.startswith("    "):
            parts.append(f"```python\n{textwrap.dedent(block).rstrip()}\n```")
        else:
            parts.append(" ".join(block.split()) if not block.startswith("- ") else block)
    return "\n\n".join(part for part in parts if part)


def _list(heading: str, lines: str) -> str:
    if heading == "Returns":
        return f"Returns: {' '.join(lines.split())}"
    items = [" ".join(item.split()) for item in re.split(r"\n(?=\S)", lines.strip())]
    marked = [re.sub(r"^([\w, ]+): ", r"`\1`: ", item) for item in items]
    lead = "Raises:\n\n" if heading == "Raises" else ""
    return lead + "\n".join(f"- {item}" for item in marked)


def signature(name: str, function: Any) -> str:  # noqa: ANN401  (anything that can be called)
    """How a function is called, with its types."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return name
    shown = []
    star = False
    for each in found.parameters.values():
        if each.name in {"self", "cls"} or each.annotation == "NoReturn":
            continue
        if each.kind is each.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        star = star or each.kind is each.VAR_POSITIONAL
        mark = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        kind = "" if each.annotation is each.empty else f": {_type(each.annotation)}"
        default = "" if each.default is each.empty else f" = {each.default!r}" if kind else f"={each.default!r}"
        shown.append(f"{mark}{each.name}{kind}{default}")
    answer = (
        ""
        if found.return_annotation in {found.empty, "None"} or isinstance(function, type)
        else found.return_annotation
    )
    prefix = "async " if inspect.iscoroutinefunction(function) else ""
    return f"{prefix}{name}({', '.join(shown)})" + (f" -> {_type(answer)}" if answer else "")


def _type(annotation: object) -> str:
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    return text.replace("typing.", "")


def heading(level: int, code: str) -> str:
    """A heading that is code."""
    return f"{'#' * level} `{code}`"


def field_docs(cls: type) -> dict[str, str]:
    """The sentences below the fields of a class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(tree, ast.ClassDef)  # noqa: S101  (the source of a class)
    docs = {}
    for node, after in zip(tree.body, tree.body[1:]):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(after, ast.Expr):
            docs[node.target.id] = " ".join(inspect.cleandoc(ast.literal_eval(after.value)).split())
    return docs


# ---------------------------------------------------------------- parts of a page


def settings_table(own: Iterable[str], meaning: dict[str, str], named: Callable[[str], str] = str) -> str:
    """The settings of the framework, then those of a client."""
    missing = sorted(set(own) - set(meaning))
    if missing:
        raise SystemExit(f"no words about {', '.join(missing)}: the docstring of the module lists the settings")
    rows = [f"| `{name}` | {meaning[name]} |" for name in sorted(own)]
    text = (HERE.parent / "settings.md").read_text("utf-8").split("## What each language calls them")[0]
    for row in re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.MULTILINE):
        setting, value, default, words = (cell.strip() for cell in row)
        rows.append(f"| {named(setting)} | {words} {value[0].upper()}{value[1:]}; default: {default}. |")
    return "\n".join(["| setting | meaning |", "|---|---|", *rows])


def meanings(docstring: str) -> dict[str, str]:
    """What the list in a docstring says of each setting."""
    found = {}
    for item in re.findall(r"^- (`CLEVER_.+?)(?=^- |^$|\Z)", docstring, re.DOTALL | re.MULTILINE):
        names, words = " ".join(item.split()).split(": ", 1)
        for name in re.findall(r"CLEVER_\w+", names):
            found[name] = words[0].upper() + words[1:]
    return found


def members(cls: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class has itself, in their order."""
    for name, value in vars(cls).items():
        if name.startswith("_") or name in INTERNAL or name in getattr(cls, "__dataclass_fields__", {}):
            continue
        if callable(value) or isinstance(value, (property, classmethod, staticmethod)):
            yield name, value


def described(name: str, value: Any, level: int = 3) -> str:  # noqa: ANN401  (anything public)
    """A function, class, exception or signal, with what belongs to it."""
    if not isinstance(value, type):
        return f"{heading(level, signature(name, value))}\n\n{rendered(inspect.getdoc(value))}"
    is_data = dataclasses.is_dataclass(value)
    head = heading(level, name if is_data else signature(name, value))
    parts = [head, rendered(value.__doc__)]
    docs = field_docs(value)
    fields = [each for each in docs if not each.startswith("_")]
    if fields:
        rows = [f"| `{each}` | {docs[each].replace('|', chr(92) + '|')} |" for each in fields]
        parts.append("\n".join(["| attribute | |", "|---|---|", *rows]))
    for each, member in members(value):
        if isinstance(member, property):
            parts.append(f"{heading(level + 1, f'{name}.{each}')}\n\n{rendered(member.fget.__doc__)}")
        else:
            function = getattr(member, "__func__", member)
            parts.append(f"{heading(level + 1, signature(f'{name}.{each}', function))}\n\n{rendered(function.__doc__)}")
    return "\n\n".join(parts)


def hooks(*modules: str) -> str:
    """What each hook is called with, as the check of its signature says."""
    rows = []
    trees = [ast.parse(inspect.getsource(importlib.import_module(name))) for name in modules]
    for node in (each for tree in trees for each in ast.walk(tree)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "check_hook":
            name, _, *arguments = node.args
            called = ", ".join(ast.literal_eval(each) for each in arguments)
            rows.append(f"| `{ast.literal_eval(name)}` | `({called})` |")
    return "\n".join(["| hook | is called with |", "|---|---|", *sorted(rows)])


def page(kind: str, sections: dict[str, str]) -> str:
    """A whole page."""
    lead = (
        f"# {TITLES[kind]}: reference\n\n"
        f"Everything public of `clever_sso.{kind}`. [The guide](../python.md) shows how to use it, "
        "and [the cookbook](../cookbook.md) how to combine it with other packages.\n\n"
        "`make reference` writes this page from the code.\n"
    )
    return lead + "".join(f"\n## {title}\n\n{text}\n" for title, text in sections.items())


def public(module: Any, left_out: Iterable[str] = ()) -> str:  # noqa: ANN401  (a module)
    """Everything that a module names in `__all__`, classes of the application first."""
    names = [name for name in module.__all__ if name not in left_out]
    return "\n\n".join(described(name, getattr(module, name)) for name in sorted(names, key=_rank))


def _rank(name: str) -> tuple[bool, str]:
    return (name != "CleverSso", name.lower())


def addresses(rows: Iterable[tuple[str, str, str]]) -> str:
    """Names of addresses, their paths, and what they are for."""
    return "\n".join(
        ["| name | path | |", "|---|---|---|", *(f"| `{name}` | `{path}` | {words} |" for name, path, words in rows)]
    )


# ---------------------------------------------------------------- the three pages


def flask() -> str:
    """The page of Flask."""
    module = importlib.import_module("clever_sso.flask")
    extension = importlib.import_module("clever_sso.flask.extension")
    signals = importlib.import_module("clever_sso.flask.signals")
    app = importlib.import_module("flask").Flask("reference")
    app.secret_key = secrets.token_hex(32)
    app.config.update(
        CLEVER_CLIENT_ID="x",
        CLEVER_CLIENT_SECRET=secrets.token_hex(8),
        CLEVER_REDIRECT_URI="https://app.example/clever/callback",
    )
    before = set(app.jinja_env.globals)
    module.CleverSso(app)
    added = sorted(set(app.jinja_env.globals) - before)
    context = sorted(
        name
        for each in app.template_context_processors[None]
        for name in each()
        if name.startswith(("current", "clever"))
    )
    rules = {
        rule.endpoint: rule.rule.rstrip("/") for rule in app.url_map.iter_rules() if rule.endpoint.startswith("clever_")
    }
    sent = {name: value for name, value in vars(signals).items() if hasattr(value, "send") and not name.startswith("_")}
    named = [f"| `{name}` | {' '.join(value.__doc__.split())} |" for name, value in sorted(sent.items())]
    return page(
        "flask",
        {
            "Settings": "Keys of `app.config`. With `CleverSso(app, from_env=True)`, also environment variables.\n\n"
            + settings_table(extension.OWN_SETTINGS, meanings(module.__doc__), lambda name: f"`CLEVER_{name.upper()}`"),
            "Endpoints": "For `url_for`.\n\n"
            + addresses((name, path, VIEW_OF[name.split(".")[1]]) for name, path in sorted(rules.items())),
            "Hooks": "Your own functions. Register them with decorators of `CleverSso`; `rotate_session` is an "
            "argument. Each may be async, except the last.\n\n" + hooks("clever_sso.flask.extension"),
            "Signals": "\n".join(["| signal | |", "|---|---|", *named]),
            "Templates": f"In every template: {', '.join(f'`{name}`' for name in sorted({*added, *context}))}.",
            "Functions and classes": public(module, {*sent, "current_identity"})
            + "\n\n### `current_identity`\n\nThe `SessionIdentity` of the request, false if no one is signed in. It "
            "is never `None` itself: write `if current_identity:`.",
        },
    )


def asgi() -> str:
    """The page of Starlette and FastAPI."""
    module = importlib.import_module("clever_sso.asgi")
    settings = importlib.import_module("clever_sso._settings")
    aio = importlib.import_module("clever_sso.aio")
    client = aio.AsyncClient("x", "x", "https://app.example/clever/callback")
    routes = [route for route in module.CleverSso(client).routes if "below" not in route.name]
    arguments = re.findall(
        r"^    (\w+): (.+?)(?=^    \w+: |^\S|\Z)",
        inspect.cleandoc(module.CleverSso.__doc__).split("Args:\n")[1].split("Raises:")[0],
        re.DOTALL | re.MULTILINE,
    )
    words = {f"CLEVER_{name.upper()}": " ".join(text.split()) for name, text in arguments}
    return page(
        "asgi",
        {
            "Settings": "Environment variables. You can also pass the framework's settings as arguments to "
            "`CleverSso`, and the client's to `AsyncClient`: the same names in lower case, without `CLEVER_`.\n\n"
            + settings_table(settings.OF_EVERY_FACE, words, lambda name: f"`CLEVER_{name.upper()}`"),
            "Routes": "For `url_for` and `url_path_for`.\n\n"
            + addresses((route.name, route.path, VIEW_OF[route.name.removeprefix("clever_")]) for route in routes),
            "Hooks": "Your own functions. Register them with decorators of `CleverSso`; `rotate_session` is an "
            "argument. Each may be async.\n\n" + hooks("clever_sso.asgi.extension", "clever_sso.asgi.settings"),
            "Templates": "With `Jinja2Templates(context_processors=[clever.in_templates])`: `current_identity`, "
            "`clever_button`, `clever_signed_in`.",
            "Functions and classes": public(module),
        },
    )


def django() -> str:
    """The page of Django."""
    conf = _django_is_set_up()
    module = importlib.import_module("clever_sso.django")
    urls = importlib.import_module("clever_sso.django.urls")
    paths = ((each.name, each.pattern.regex.pattern.strip("^$").replace("/*", "")) for each in urls.urlpatterns)
    signals = importlib.import_module("clever_sso.django.signals")
    sent = signal_docs(signals)
    rest = importlib.import_module("clever_sso.django.rest_framework")
    tags = importlib.import_module("clever_sso.django.templatetags.clever_sso")
    middleware = importlib.import_module("clever_sso.django.middleware")
    models = importlib.import_module("clever_sso.django.models")
    own = [
        value
        for value in vars(middleware).values()
        if isinstance(value, type) and value.__module__ == middleware.__name__
    ]
    tables = [
        value for value in vars(models).values() if isinstance(value, type) and value.__module__ == models.__name__
    ]
    called = [f"| `{name}` | `({', '.join(arguments)})` |" for name, arguments in sorted(conf.HOOKS.items())]
    context = importlib.import_module("clever_sso.django.access")
    return page(
        "django",
        {
            "Settings": settings_table(
                conf.OWN_SETTINGS, meanings(module.__doc__), lambda name: f"`CLEVER_{name.upper()}`"
            )
            + "\n\n`LOGIN_REDIRECT_URL` and `LOGOUT_REDIRECT_URL` are used if the two settings above are missing.",
            "URL names": "Include `clever_sso.django.urls`. The paths are relative to it.\n\n"
            + addresses((f"clever_sso:{name}", path, VIEW_OF[name]) for name, path in paths),
            "Hooks": "\n".join(["| setting | is called with |", "|---|---|", *called]),
            "Signals": "In `clever_sso.django`.\n\n"
            + "\n".join(
                ["| signal | |", "|---|---|", *(f"| `{name}` | {words} |" for name, words in sorted(sent.items()))]
            ),
            "Templates": "`{% load clever_sso %}` has these tags:\n\n"
            + "\n\n".join(described(name, _tag(tags, name)) for name in sorted(tags.register.tags))
            + f"\n\n### `{context.CONTEXT_PROCESSOR}`\n\n{rendered(context.clever.__doc__)}"
            + "\n\n### `CLEVER_PROBLEM_TEMPLATE`\n\nThe template gets `problem` (a `Problem`), `login_url`, "
            "`switch_user_url` and `home_url`."
            "\n\n### `CLEVER_LINK_TEMPLATE`\n\nThe template gets `identity`, `name`, `role`, `confirm_url` "
            "and `key`.",
            "Functions and classes": public(module, sent),
            "Django REST framework": "In `clever_sso.django.rest_framework`.\n\n" + public(rest),
            "Middleware": "In `clever_sso.django.middleware`. Each is added if `MIDDLEWARE` does not list it.\n\n"
            + "\n\n".join(f"### `{each.__name__}`\n\n{rendered(each.__doc__)}" for each in own),
            "Models": "\n\n".join(_table(each) for each in tables),
            "Commands": "\n\n".join(command(name) for name in ("clever_doctor", "clever_import", "clever_merge_users")),
            "System checks": checks(),
        },
    )


def _django_is_set_up() -> Any:  # noqa: ANN401  (a module)
    settings = importlib.import_module("django.conf").settings
    settings.configure(
        SECRET_KEY=secrets.token_hex(32),
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "clever_sso.django",
        ],
    )
    importlib.import_module("django").setup()
    return importlib.import_module("clever_sso.django.conf")


def signal_docs(module: Any) -> dict[str, str]:  # noqa: ANN401  (a module)
    """The sentences below each signal of the module."""
    body = ast.parse(inspect.getsource(module)).body
    return {
        node.targets[0].id: " ".join(inspect.cleandoc(ast.literal_eval(after.value)).split())
        for node, after in zip(body, body[1:])
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(after, ast.Expr)
    }


def _tag(tags: Any, name: str) -> Any:  # noqa: ANN401  (a module, a function)
    return getattr(tags, name)


def _table(model: Any) -> str:  # noqa: ANN401  (a model)
    fields = [field for field in model._meta.get_fields() if field.concrete]  # noqa: SLF001  (Django documents it)
    rows = [f"| `{field.name}` | {field.get_internal_type()}: {field.verbose_name} |" for field in fields]
    return "\n\n".join(
        [f"### `{model.__name__}`", rendered(model.__doc__), "\n".join(["| field | |", "|---|---|", *rows])]
    )


def command(name: str) -> str:
    """A command of `manage.py` with its options."""
    made = importlib.import_module(f"clever_sso.django.management.commands.{name}").Command()
    parser = argparse.ArgumentParser(add_help=False)
    made.add_arguments(parser)
    rows = [
        f"| `{', '.join(each.option_strings) or each.dest.upper()}` | {each.help}"
        f"{': ' + ', '.join(each.choices) if each.choices else ''} |"
        for each in parser._actions  # noqa: SLF001  (argparse lists them nowhere else)
    ]
    return "\n\n".join([f"### `manage.py {name}`", made.help, "\n".join(["| argument | |", "|---|---|", *rows])])


def checks() -> str:
    """What each id of a system check is about: the first words of its messages."""
    found: dict[str, list[str]] = {}
    for name in ("checks", "user_checks"):
        tree = ast.parse(inspect.getsource(importlib.import_module(f"clever_sso.django.{name}")))
        for node in ast.walk(tree):
            marks = [each for each in getattr(node, "keywords", []) if each.arg == "id"]
            if isinstance(node, ast.Call) and marks and isinstance(marks[0].value, ast.Constant):
                found.setdefault(marks[0].value.value, []).append(_words(node))
    rows = [f"| `{each}` | {'; '.join(dict.fromkeys(filter(None, words)))} |" for each, words in sorted(found.items())]
    return "\n".join(["`manage.py check` shows them; E is an error, W a warning.", "", "| id | |", "|---|---|", *rows])


WORDS = {
    "clever_sso.E001": "a setting of the client is missing or cannot be read",
    "clever_sso.E005": "a hook cannot be found, or does not take what it is called with",
    "clever_sso.W006": "a guard or `CLEVER_ROLE_GROUPS` names a role that Clever is not known to have",
    "clever_sso.E015": "a guard or `CLEVER_ROLE_GROUPS` names a role that is misspelled",
    "clever_sso.E013": "a setting that says where to go leads nowhere, or to a page of the login itself",
    "clever_sso.E003": "the redirect URI does not lead to the callback",
    "clever_sso.E016": "browsers refuse the session cookie, because of `SESSION_COOKIE_DOMAIN`",
    "clever_sso.W013": "browsers refuse the session cookie, because of `SESSION_COOKIE_SECURE`",
    "clever_sso.W011": "a logout leads to the login, which signs the person in again at once",
    "clever_sso.W012": "the logins of a host of `CLEVER_HOSTS` come back to a host with another client",
}


def _words(call: ast.Call) -> str:
    mark = next(ast.literal_eval(each.value) for each in call.keywords if each.arg == "id")
    if mark in WORDS:
        return WORDS[mark]
    message = call.args[0]
    if isinstance(message, ast.JoinedStr):
        parts = [
            str(part.value) if isinstance(part, ast.Constant) else f"`{ast.unparse(part.value)}`"
            for part in message.values
            if isinstance(part, (ast.Constant, ast.FormattedValue))
        ]
        return "".join(parts).replace("|", r"\|")
    return str(ast.literal_eval(message)).replace("|", r"\|") if isinstance(message, ast.Constant) else ""


PAGES = {"flask": flask, "asgi": asgi, "django": django}


def main() -> int:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, and name the pages that are out of date")
    options = parser.parse_args()
    stale = 0
    for name, write in PAGES.items():
        path, text = HERE / f"{name}.md", write()
        if not options.check:
            path.write_text(text, "utf-8")
            continue
        old = path.read_text("utf-8") if path.exists() else ""
        change = list(
            difflib.unified_diff(old.splitlines(), text.splitlines(), path.name, "as the code says", lineterm="", n=0)
        )
        sys.stdout.write("".join(f"{line}\n" for line in change[:60]))
        stale |= bool(change)
    return stale


if __name__ == "__main__":
    sys.exit(main())
