"""Test your application's pages as a person who logged in with Clever: no account, no browser, no mock.

pytest finds the fixtures by itself once the package is installed. They need the program `clever-emulator`, which
emulates Clever on this machine:

    def test_the_front_page_greets(clever_emulator, clever_login):
        client = create_app(clever_emulator.settings()).test_client()
        clever_login(client, "ada")
        assert client.get("/").text == "Hello, Ada Ashworth"

- `clever_emulator` (session scope): an `Emulator`, with settings for your application, scenarios, people, clock and
  journal.
- `clever_login`: `clever_login(client, "ada")` logs a person in. `client` is a test client of Flask, Django or
  Starlette (FastAPI). `clever_login_async` does the same with `httpx.AsyncClient` and `django.test.AsyncClient`.
- `clever_client`: a `clever_sso.Client` for an application that is registered with the emulator.

Without pytest, use `Emulator` and `log_in`. Every step really happens, with a real ID token:

    >>> import secrets
    >>> from clever_sso.testing import Emulator, log_in
    >>> from flask import Flask
    >>> from clever_sso.flask import CleverSso, current_identity
    >>> with Emulator.running() as emulator:
    ...     app = Flask("example")
    ...     app.secret_key = secrets.token_hex(32)
    ...     app.config.update(emulator.settings())
    ...     app.add_url_rule("/", view_func=lambda: f"Hello, {current_identity.full_name}")
    ...     extension = CleverSso(app)
    ...     browser = app.test_client()
    ...     answer = log_in(browser, "ada", emulator)
    ...     browser.get("/").text
    'Hello, Ada Ashworth'

Unit tests need no emulator: `force_login` signs a person in directly, and `make_identity` creates that person.

    >>> from clever_sso.testing import force_login, make_identity
    >>> app = Flask("unit")
    >>> app.secret_key = secrets.token_hex(32)
    >>> app.config.update(
    ...     CLEVER_CLIENT_ID="unit", CLEVER_CLIENT_SECRET="test", CLEVER_REDIRECT_URI="https://a.example/clever/callback"
    ... )
    >>> app.add_url_rule("/", view_func=lambda: f"Hello, {current_identity.full_name}")
    >>> extension = CleverSso(app)
    >>> browser = app.test_client()
    >>> force_login(browser, make_identity(first_name="Grace", last_name="Hopper", user_type="teacher"))
    >>> browser.get("/").text
    'Hello, Grace Hopper'

`LogIn` and `LogInAsync` are the types of the fixtures. Options for pytest's configuration file:

- `clever_redirect_uris`: the redirect URIs that the emulator knows, one on each line; the first is the primary one.
  Default `http://localhost/clever/callback`. Only the path matters to a test client.
- `clever_world`: a file with your own people, as `clever-emulator init` writes it.
- `clever_person`: who logs in if no person is named. Default `ada`; a world without her must name a person.
"""

from clever_sso.testing.emulator import Emulator, EmulatorError, JournalEntry
from clever_sso.testing.forced import force_login, force_login_async, make_identity
from clever_sso.testing.login import LogIn, LogInAsync, LoginNotFinished, log_in, log_in_async
from clever_sso.testing.program import EmulatorMissing
from clever_sso.testing.world import Person

__all__ = [
    "Emulator",
    "EmulatorError",
    "EmulatorMissing",
    "JournalEntry",
    "LogIn",
    "LogInAsync",
    "LoginNotFinished",
    "Person",
    "force_login",
    "force_login_async",
    "log_in",
    "log_in_async",
    "make_identity",
]
