"""The pages of the Reading Room. Text from outside is escaped, and pages that name a person stay in this browser."""

from html import escape

from clever_sso.asgi import Problem, SessionIdentity
from fastapi.responses import HTMLResponse

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
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
button, a.button { display: block; width: 100%; padding: .8rem 1rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer; color: #fff; background: #1f5fbf; border: 0;
  border-radius: .5rem; }
a:not(.button) { color: var(--link); }
button.quiet { color: var(--link); background: transparent; border: 1px solid var(--line); }
button:focus-visible, a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.5rem; }
dt { opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; }
.small { font-size: .875rem; }
"""
BUTTON = (
    '<p><a class="button" href="{}">Log in with Clever</a></p>'
    '<p class="small"><a href="{}">Log in as someone else</a></p>'
)


def welcome() -> HTMLResponse:
    """The front page."""
    button = BUTTON.format("/clever/login", "/clever/login?switch_user=1")
    return _page("Reading Room", f"<p>Sign in with the account that your school gave you.</p>{button}")


def me(identity: SessionIdentity) -> HTMLResponse:
    """The page that shows who is signed in."""
    rows = {
        "Role": identity.user_type or "several roles",
        "District": identity.district_id or "none",
        "Clever id": identity.id,
    }
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    return _page(
        f"Hello, {identity.full_name or 'a person with no name'}",
        f'<dl>{listed}</dl><form action="/clever/logout" method="post">'
        '<button class="quiet">Not you? Log out</button></form>',
    )


def lessons() -> HTMLResponse:
    """The page for teachers."""
    return _page("Lessons", "<p>Only teachers and staff see this page.</p>")


def problem(what: Problem) -> HTMLResponse:
    """The page of a failed login, with links that lead to the page that the person wanted."""
    button = BUTTON.format(escape(what.login_url), escape(what.switch_user_url))
    if what.home_url:
        # The person is already signed in, but may not open the page.
        button = f'<p><a class="button" href="{escape(what.home_url)}">Go to the start page</a></p>{button}'
    return _page(
        "Signing in did not work",
        f'<p role="alert">{escape(what.sentence)}</p>{button}'
        f'<p class="small">Need help? Show this code to someone at your school: <code>{escape(what.code)}</code></p>',
        what.status,
    )


def _page(title: str, content: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><main><h1 dir="auto">{escape(title)}</h1>{content}</main></body></html>',
        status,
        {
            "Cache-Control": "no-store",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
            "frame-ancestors 'none'",
        },
    )
