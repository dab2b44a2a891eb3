"""The pages that people see when a login takes long or fails. Apps may show their own instead."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from clever_sso._web.button import LOG_IN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clever_sso._web.words import Words

STYLE = """
:root { color-scheme: light dark; --ink: #1b2733; --paper: #f6f7f9; --card: #fff; --line: #cfd6de; --link: #1f5fbf; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8edf2; --paper: #14191f; --card: #1e252d; --line: #3a4552; --link: #8fbcff; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 1.0625rem/1.6 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 30rem; margin: 8vh auto; padding: 2rem 1.5rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem; }
@media (max-width: 32rem) { main { margin: 0; min-height: 100vh; border: 0; border-radius: 0; } }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
a.button { display: block; padding: .8rem 1rem; text-align: center; font-weight: 600; text-decoration: none;
  color: #fff; background: #1f5fbf; border-radius: .5rem; }
button { font: inherit; width: 100%; margin: .25rem 0; padding: .8rem 1rem; border-radius: .5rem; cursor: pointer;
  color: var(--link); background: none; border: 1px solid var(--line); }
button.first { font-weight: 600; color: #fff; background: #1f5fbf; border-color: #1f5fbf; }
a { color: var(--link); }
a:focus-visible, button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.small { font-size: .875rem; }
"""

_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()

HEADERS = {
    # The page is for one person, and the URL of the callback contains a code.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
"""The headers of every response of the login, the callback and the logout."""

OWN_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
}
"""More headers for the pages of this file. An application's own page may need other styles, scripts and images."""

HELP = "Need help? Show this code to someone at your school:"

# A form may redirect to another site that the application allows, so `form-action` is not set.
FORM_HEADERS = {
    **OWN_HEADERS,
    "Content-Security-Policy": OWN_HEADERS["Content-Security-Policy"].replace("form-action 'none'; ", ""),
    "X-Frame-Options": "DENY",
}
"""The headers of the page with a form. No other site can show it in a frame."""


def confirm_link(  # noqa: PLR0913  (each is another thing)
    name: str, role: str, account: str, action: str, hidden: Mapping[str, str], *, words: Words
) -> str:
    """The page that asks for confirmation before a person at Clever is linked to the signed-in account.

    Args:
        name: The name of the person, from Clever.
        role: The role of the login; empty when there is none.
        account: The name of the account here.
        action: The URL that the form posts to.
        hidden: The hidden fields of the form.
        words: The texts in the language of the page.
    """

    def say(text: str) -> str:
        return escape(words.say(text), quote=False)

    person = f"{name} ({words.say(role.replace('_', ' '))})" if role else name
    fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(hidden[name])}">' for name in hidden)
    bold = {"person": f"<strong>{escape(person)}</strong>", "account": f"<strong>{escape(account)}</strong>"}
    question = say("Link {person} to this account ({account})?").format(**bold)
    return _page(
        "Connect Clever",
        f"<p>{question}</p>\n"
        f'<form action="{escape(action)}" method="post">{fields}\n'
        '<button class="first" name="answer" value="yes">'
        f"{say('Yes, link it')}</button>\n"
        f'<button name="answer" value="no">{say("Not you? Cancel")}</button>\n</form>\n'
        f'<p class="small">{say("If this is someone else, cancel. Log out at Clever, and try again.")}</p>',
        words=words,
    )


def problem(  # noqa: PLR0913  (each is another thing)
    sentence: str, code: str, login_url: str, switch_user_url: str, home_url: str = "", *, words: Words
) -> str:
    """The error page of a failed login: what happened, two ways to log in again, and a code for support.

    Clever remembers who is logged in, so only the second way lets another person in. If a person is already signed in,
    a link to `home_url` replaces the first way.
    """

    def say(text: str) -> str:
        return escape(words.say(text), quote=False)

    button = ("Go to the start page", home_url) if home_url else (LOG_IN, login_url)
    title = "You cannot open this page" if home_url else "Signing in did not work"
    if home_url and code != "page_not_allowed":
        button, title = ("Go back", home_url), "Nothing was changed"
    return _page(
        title,
        f'<p role="alert">{escape(words.say(sentence))}</p>\n'
        f'<p><a class="button" href="{escape(button[1])}">{say(button[0])}</a></p>\n'
        f'<p><a href="{escape(switch_user_url)}">{say("Log in as someone else")}</a></p>\n'
        f'<p class="small">{say(HELP)} <code>{escape(code)}</code></p>',
        words=words,
    )


def waiting(onwards: str, words: Words) -> str:
    """The page to show while the login finishes. It continues to `onwards` by itself."""
    return _page(
        "Signing you in",
        f'<p role="status">{escape(words.say("One moment, please."))}</p>\n'
        f'<p class="small"><a href="{escape(onwards)}">{escape(words.say("Click here if nothing happens"))}</a></p>',
        head=f'<meta http-equiv="refresh" content="0; url={escape(onwards)}">\n',
        words=words,
    )


_MOST_HEADER_BYTES = 3936


def does_not_fit(headers: Iterable[tuple[str, str]], more: int = 0) -> bool:
    """Whether a redirect with these headers would be too long.

    nginx accepts 4 KiB of headers, including those that servers add, and responds with 502 to more. The URL of a page
    with non-ASCII characters takes up to 3 KiB, and an application may store a lot in its session cookie.

    Args:
        headers: Names and values.
        more: The size of the headers that are added later, in bytes.
    """
    return more + sum(len(name) + len(value) + 4 for name, value in headers) > _MOST_HEADER_BYTES


def moved(target: str, words: Words) -> str:
    """A page that continues to `target` by itself, instead of a redirect."""
    return _page(
        "Signing you in",
        f'<p class="small"><a href="{escape(target)}">{escape(words.say("Click here if nothing happens"))}</a></p>',
        head=f'<meta http-equiv="refresh" content="0; url={escape(target)}">\n',
        words=words,
    )


def _page(title: str, content: str, head: str = "", *, words: Words) -> str:
    title = words.say(title)
    return (
        f'<!doctype html>\n<html lang="{escape(words.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{head}<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    )
