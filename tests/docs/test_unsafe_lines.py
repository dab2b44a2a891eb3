"""No sample has a line that is unsafe to copy: in code blocks of the guides, examples and docstrings."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.paths import ROOT

LOOPBACK = r"(?:localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0)"
# A literal value, not one from the environment, a function or a placeholder.
LITERAL = r"""[bru]*["'][^"'$<{…]+["']"""
# Values that people choose themselves, or that another person can get later, as a key of a dict or an array.
QUOTED_FIELD = r"""["'](?:\w*e?mail(?:__\w+)?|username(?:__\w+)?|user_(?:name|login))["']"""

FROM_THE_ENVIRONMENT = (
    r"(?:environ\.(?:get|setdefault|pop)|getenv|\benv|var)\([\"']\w*(?:SECRET_KEY|SESSION_KEY|APP_KEY)[\"']"
)
# The same values as members of a user or of an identity.
CHOSEN_MEMBER = (
    r"(?:\w+\)?(?:\?\.|\.|->))+(?:\w*_?e?mail|unverifiedEmail|user_?name)\b(?:\.(?:lower|toLowerCase|casefold)\(\))?"
)


@dataclass(frozen=True)
class Rule:
    """A pattern that a line must not match."""

    name: str
    pattern: str
    unless: str = r"(?!)"
    """A pattern that makes the line harmless."""
    unless_around: str = r"(?!)"
    """A pattern that makes the line harmless if it is anywhere in the same block."""
    flags: int = re.IGNORECASE

    def breaks(self, line: str, block: str) -> bool:
        if not re.search(self.pattern, line, self.flags):
            return False
        return not re.search(self.unless, line) and not re.search(self.unless_around, block)


RULES = (
    # A default value for a variable, a key for tests, and a key in a shell command are also fixed keys.
    Rule(
        "fixed key",
        rf"\b(?:\w*secret_key|session_key|\w*signing_key|pending_key)\b[\"'\]]*\s*(?::\s*\w+\s*)?[=:]>?\s*{LITERAL}",
    ),
    Rule("fixed key", rf"{FROM_THE_ENVIRONMENT}(?:\)\s*(?:or|\|\||\?:|\?\?)|,)\s*{LITERAL}"),
    Rule("fixed key", rf"\bSessionMiddleware,\s*{LITERAL}"),
    Rule("fixed key", r"^\s*(?:export |- |ENV )?\w*(?:SECRET_KEY|SESSION_KEY)\s*[=:]\s*[\w-]+\s*$", flags=0),
    Rule("fixed key", r"\bAPP_KEY[\"']?\s*(?:=>|[=:])\s*[\"']?base64:|[\"']base64:[A-Za-z0-9+/]"),
    Rule("staff by role", r"\bis_(?:staff|superuser)\b(?:\s*(?::\s*\w+\s*)?[|&^]?=(?!=)|[\"']\s*[:,])(?!\s*False\b)"),
    Rule("staff by role", r"\bgroups\.(?:add|set)\([^#]*(?:staff|admin|superuser)"),
    Rule("staff by role", r"\b(?:set_role|add_role)\(\s*[\"'](?:administrator|editor)\b"),
    Rule("staff by role", r"[\"']role[\"']\s*=>\s*[\"'](?:administrator|editor)\b"),
    Rule(
        "match by a chosen field",
        r"\b(?:filter|get|first|exclude|get_or_create|update_or_create|filter_by|find_by|where|aget)\w*\("
        r"[^#]*\b(?:\w*email\w*|username\w*|user_name)\s*(?:=|\)|,|\.in_)",
        # The column names of another library.
        unless=r"environ|config\.get|getenv",
    ),
    Rule("match by a chosen field", r"\bwhere\b[^#]*\b(?:email|username)\b[\s)\"`]*(?:=|i?like\b|in\b)"),
    Rule("match by a chosen field", rf"{CHOSEN_MEMBER}\s*===?|===?\s*\$?{CHOSEN_MEMBER}(?!\()", unless=r"^\s*assert"),
    Rule("match by a chosen field", r"\[\s*(?:\w+\.)*(?:unverified_)?email\s*\]|get_by_(?:email|natural_key)"),
    Rule("match by a chosen field", rf"\b\w+\([^#]*\*\*\s*\{{[^#}}]*{QUOTED_FIELD}\s*:"),
    # The first array selects the rows; the second one has the values to write.
    Rule(
        "match by a chosen field",
        rf"\b(?:first|find|where|orWhere|updateOr|getBy)\w*\(\s*(?:\[[^#\]]*{QUOTED_FIELD}\s*=>|{QUOTED_FIELD}\s*,)",
    ),
    Rule("match by a chosen field", r"\b(?:find|findOne|get|getOne|load|or)?(?:By|where)(?:Email|Username|Mail)\("),
    Rule("match by a chosen field", r"\bget_user_by\(\s*[\"'](?:email|login|slug)[\"']"),
    Rule("debug", r"\bdebug\b[\"']?\s*(?:=>|[=:])\s*(?:true|1|on)\b|\w_DEBUG(?:=|: *|[\"'],\s*)(?:true|1)\b"),
    Rule("debug", r"FLASK_DEBUG=[^0]|\bflask\b.*\s--debug\b"),
    # The server watches files, so it is for development only.
    Rule("debug", r"\breload\s*=\s*True\b|\b(?:uvicorn|gunicorn|hypercorn)\b.*\s--reload\b"),
    Rule(
        "check turned off",
        r"verify(?:_\w+)?[\"']?\s*[=:]\s*(?:False|None|0)\b|CERT_NONE|check_hostname\s*=\s*False|_SSL_VERIFY(?:PEER|HOST)\b.*"
        r"(?:false|0)|accept_invalid_\w+\(true|TLS_REJECT_UNAUTHORIZED|rejectUnauthorized:\s*false|"
        r"\bcurl\b.*\s(?:-k|--insecure)\b|verify_peer'?\s*=>\s*false|--trusted-host",
    ),
    Rule(
        "plain http",
        rf"http://(?!{LOOPBACK}(?![\w.]))(?![\s\"'`<…)$]|(?-i:[A-Z]+\b))",
        # Clients use plain http to a proxy, and TLS through it. A namespace is only a name. Test clients and parsers
        # use no network. The emulator is for development.
        unless=r"proxy|Proxy|PROXY|parse_url|www\.w3\.org|testserver|json-schema\.org",
        unless_around=r"(?i)development|--public-url|clients (?:use|know)",
    ),
    Rule("any host", r"ALLOWED_HOSTS\s*=\s*\[\s*[\"']\*|allow_origins\s*=\s*\[\s*[\"']\*"),
    Rule("no protection of forms", r"@csrf_exempt|WTF_CSRF_ENABLED\D+False|csrf_exempt\("),
    Rule("open cookie", r"\w*httponly\b[\"']?\s*[=:]>?\s*false|samesite\W+none\b", unless=r"\bis None\b"),
    Rule("remembered on a shared device", r"remember\s*=\s*True"),
    Rule("remembered on a shared device", r"\b(?:login|loginUsingId|attempt)\([^#]*,\s*(?:remember:\s*)?true\s*\)"),
    # The second argument is the `Cookie` header. A pending login doesn't belong there.
    Rule("pending login as cookies", r"\bfinish_?login\(\s*[^,#]+,\s*[$&]?(?:\w+(?:\.|->))*pending\s*[,)]"),
)

UNSAFE = {
    "fixed key": [
        'app.secret_key = "dev"',
        "SECRET_KEY = 'change me'",
        'app.config["SECRET_KEY"] = "only for trying it"',
        'app.add_middleware(SessionMiddleware, secret_key="a real one comes from the environment")',
        'app.secret_key = os.environ.get("SECRET_KEY", "dev")',
        'app.secret_key = os.environ.get("SECRET_KEY") or "dev"',
        "export FLASK_SECRET_KEY=dev",
        "      SECRET_KEY: only-local",
        'SECRET_KEY: str = "dev"',
        'os.environ.setdefault("SECRET_KEY","dev")',
        'app.add_middleware(SessionMiddleware, "dev")',
        "'key' => env('APP_KEY', 'only for trying it'),",
        "APP_KEY=base64:c2FtcGxl",
        "'key' => 'base64:c2FtcGxl',",
    ],
    "staff by role": [
        'user.is_staff = identity.user_type == "staff"',
        'user.is_superuser = "district_admin" in roles',
        'user.is_staff |= "teacher" in roles',
        "user.is_superuser: bool = True",
        'defaults={"is_staff": True}',
        'setattr(user, "is_staff", True)',
        "user.groups.add(staff)",
        'user.groups.add(\n    Group.objects.get(name="Staff"),\n)',
        "$user->set_role('administrator');",
        "wp_insert_user(['user_login' => $id, 'role' => 'administrator']);",
    ],
    "match by a chosen field": [
        "User.objects.filter(email=identity.unverified_email).first()",
        "User.objects.get(username=identity.name.first)",
        "User.objects.get_or_create(email__iexact=email)",
        "select(User).where(User.email == person.unverified_email)",
        'db.execute("SELECT id FROM people WHERE email = ?", [email])',
        'db.execute("SELECT id FROM people WHERE lower(email) = ?", [email])',
        "SELECT * FROM users WHERE email LIKE $1",
        "next((u for u in USERS if u.email == person.unverified_email), None)",
        "if user.username == identity.id:",
        "if person.unverified_email == known:",
        "users.find(u => u.email === me.email)",
        "users.find(u => u.email.toLowerCase() === me.email)",
        "if ($user->email === $identity->unverifiedEmail) {",
        "users.iter().find(|user| user.email == identity.unverified_email)",
        "users_by_email[identity.unverified_email]",
        "User.query.filter_by(email=email)",
        "User.objects.filter(\n    username=identity.id,\n)",
        "User.objects.filter(\n    is_active=True,  # who stayed\n    email=identity.unverified_email,\n)",
        "User.objects.get(**{'username': identity.id})",
        'User.objects.get(\n    **{\n        "email__iexact": identity.unverified_email\n    }\n)',
        "User::firstOrCreate(['email' => $identity->unverifiedEmail])",
        "User::updateOrCreate(\n    ['email' => $identity->unverifiedEmail],\n    ['name' => $name],\n);",
        "$users->findOneBy(['email' => $identity->unverifiedEmail]);",
        "$users->findOneBy([\n    'username' => $identity->id,\n]);",
        "User::where('email', $identity->unverifiedEmail)->first()",
        "User::where(\n    'email',\n    $email,\n)->first()",
        " * $users->findOneBy([\n *     'email' => $email,\n * ]);",
        "$users->findOneByEmail($identity->unverifiedEmail)",
        "get_user_by('email', $identity->unverifiedEmail)",
    ],
    "debug": [
        "app.run(debug=True)",
        "DEBUG = True",
        "flask --app app run --debug",
        "uvicorn.run(app, reload=True)",
        "uvicorn app:app --reload",
        "export FLASK_DEBUG=1",
        "'debug' => true,",
        "APP_DEBUG=true",
        "define('WP_DEBUG', true);",
    ],
    "check turned off": [
        "requests.get(url, verify=False)",
        "curl -k https://clever.com/",
        "curl_setopt($c, CURLOPT_SSL_VERIFYPEER, false);",
        'jwt.decode(token, options={"verify_signature": False})',
        "curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);",
        "pip install --trusted-host pypi.example clever-sso",
    ],
    "plain http": [
        "CLEVER_REDIRECT_URI=http://school.example/clever/callback",
        "Client(base_url='http://10.0.0.7:5999')",
        "http://localhost.evil.example/callback",
    ],
    "any host": ['ALLOWED_HOSTS = ["*"]'],
    "no protection of forms": ["@csrf_exempt"],
    "open cookie": ["SESSION_COOKIE_HTTPONLY = False", 'same_site="none"'.replace("same_site", "samesite")],
    "remembered on a shared device": [
        "login_user(user, remember=True)",
        "Auth::login($user, true)",
        "Auth::login($user, remember: true);",
    ],
    "pending login as cookies": [
        "outcome = client.finish_login(callback_url, pending)",
        "outcome = await client.finish_login(url, login.pending)",
        "$outcome = $clever->finishLogin($callback, $pending);",
    ],
}
SAFE = [
    'app.secret_key = os.environ.get("SECRET_KEY") or secrets.token_hex(32)',
    "secret_key=os.environ['SESSION_KEY']",
    "SECRET_KEY: ${SECRET_KEY}",
    "heroku config:set SECRET_KEY=$(openssl rand -hex 32)",
    "user.is_staff = False",
    "if user.is_staff:",
    "if user.is_staff == other.is_staff:",
    "if user.clever_id == identity.id:",
    "user.email = identity.unverified_email or ''",
    "Auth::login($user);",
    "app.add_middleware(SessionMiddleware, secret_key=os.environ['SESSION_KEY'])",
    "User.objects.filter(clever_id__in=[identity.id, *identity.legacy_ids])",
    "person.unverified_email",
    "http://127.0.0.1:8000/clever/callback",
    "http://localhost:$PORT/",
    "HTTPS_PROXY=http://proxy.example:3128",
    "login_user(User(step.identity))  # without a second cookie",
    "DEBUG = False",
    'client_kwargs={"scope": "openid"}',
    'os.environ.get("EMAIL_HOST")',
    "client.finish_login(callback_url, pending=pending)",
    "client.finish_login(callback_url, cookies)",
    "User.objects.filter(\n    clever_id=identity.id,\n)\nUser(username=identity.id)",
    "User.objects.get_or_create(\n    clever_id=identity.id,\n    defaults={'email': ''},\n)",
    "User::updateOrCreate(\n    ['clever_id' => $identity->id],\n    ['email' => $identity->unverifiedEmail],\n)",
    "User::where('clever_id', $identity->id)->first()",
    "User::create(['email' => $identity->unverifiedEmail])",
    "user.groups.add(teachers)",
    "$user->set_role('subscriber');",
    "'debug' => false,",
    "APP_DEBUG=false",
    "php artisan key:generate  # writes APP_KEY",
]
# The most lines of a call: a text with an open bracket would never end.
LONGEST = 12


def broken(text: str, block: str = "") -> set[str]:
    """Return the rules that are broken by single lines, or by calls over several lines."""
    return {rule.name for _, line in statements(text) for rule in RULES if rule.breaks(line, block)}


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, and each call over several lines joined to one line."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        yield number, line
        bare = without_comment(line)
        for length in range(2, LONGEST + 1):
            if depth(bare) <= 0 or number + length > len(lines):
                break
            bare += " " + without_comment(lines[number + length - 1])
        if bare != without_comment(line):
            yield number, re.sub(r"\s+", " ", bare)


def without_comment(line: str) -> str:
    """Return a line of code, without the comment marker if it is in a documentation comment."""
    return re.sub(r"^\s*(?:\*(?!\*)|//[/!])|(?:^|\s)(?:#|//)\s.*$", "", line)


def depth(text: str) -> int:
    return len(re.findall(r"[(\[]", text)) - len(re.findall(r"[)\]]", text))


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        # An unpacked source is not a git repository.
        return [path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()]
    return [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name and (ROOT / name.decode()).is_file()]


def code_blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield the fenced blocks of a page: the number of the first line, and the text."""
    for found in re.finditer(r"^( *)```[^\n]*\n(.*?)^\1```", text, re.DOTALL | re.MULTILINE):
        yield text.count("\n", 0, found.start(2)) + 1, found[2]


def docstrings(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Yield the documentation comments of Rust, and the comments of C and PHP."""
    for found in re.finditer(r"(?:^[ \t]*//[/!][^\n]*\n)+|/\*.*?\*/", text, re.DOTALL | re.MULTILINE):
        yield text.count("\n", 0, found.start()) + 1, found[0]


OF_PHP = [f"php/{part}" for part in ("extension", "ffi", "laravel", "symfony", "wordpress")]

# These files need special handling.
READ = ("docs/rust.md", "examples/axum", "examples/actix", "js/src", "php/laravel/config/clever.php")


def samples() -> Iterator[tuple[str, int, str]]:
    """Yield every text that a user may copy, with its place."""
    yield from of_pages()
    yield from of_sources()


def of_pages() -> Iterator[tuple[str, int, str]]:
    for path in tracked("*.md"):
        for line, block in code_blocks(path.read_text("utf-8")):
            yield path.relative_to(ROOT).as_posix(), line, block
    for path in tracked("examples", "php/laravel/config"):
        # No one writes lock files, and the pages above are read block by block.
        if path.suffix not in {".md", ".lock"} and path.name != "package-lock.json" and "tests" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), 1, path.read_text("utf-8")


def of_sources() -> Iterator[tuple[str, int, str]]:
    for path in tracked("python/clever_sso"):
        if path.suffix in {".py", ".pyi"}:
            for line, text in docstrings(path.read_text("utf-8")):
                yield path.relative_to(ROOT).as_posix(), line, text
    for path in tracked("core/src", "ffi/src", "python/src", "emulator/src", "include", "js/src", *OF_PHP):
        if path.suffix in {".rs", ".h", ".php", ".ts"}:
            for line, text in comments(path.read_text("utf-8")):
                yield path.relative_to(ROOT).as_posix(), line, text


def test_no_sample_has_an_unsafe_line() -> None:
    found, seen = [], set()
    for name, first, block in samples():
        seen |= {name, name.partition("/")[0], *(part for part in (*OF_PHP, *READ) if name.startswith(f"{part}/"))}
        for number, line in statements(block):
            rules = sorted({rule.name for rule in RULES if rule.breaks(line, block)})
            found += [f"{name}:{first + number}: {rule}: {line.strip()}" for rule in rules]
    assert not found, "\n".join(found)
    assert {"docs", "examples", "README.md", "python", "core", "include", *OF_PHP, *READ} <= seen
    assert any(name.endswith(".jsx") for name in seen)


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_line_is_found(name: str) -> None:
    assert [line for line in UNSAFE[name] if name not in broken(line)] == []


def test_every_rule_has_an_example_that_breaks_it() -> None:
    assert set(UNSAFE) == {rule.name for rule in RULES}


@pytest.mark.parametrize("line", SAFE)
def test_a_safe_line_is_not_reported(line: str) -> None:
    assert broken(line) == set()


def test_plain_http_is_only_for_development() -> None:
    line = "CLEVER_BASE_URL=http://clever:5999"
    assert broken(line) == {"plain http"}
    assert broken(line, f"{line}\nCLEVER_DEVELOPMENT=true") == set()
