"""`force_login` in Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from flask import Flask, make_response

from clever_sso.flask.state import EXTENSION
from clever_sso.flask.views import _sign_in  # the callback's code for a login that Clever confirmed
from clever_sso.testing.forced.swap import Swap

if TYPE_CHECKING:
    from flask import Response

    from clever_sso._web.arrival import SignIn
    from clever_sso.flask.state import State

CALLBACK = "clever_sso.callback"


def swapped(app: object, step: SignIn) -> Swap:
    """Makes the request that signs the person of `step` in to `app`."""
    flask = _flask_of(app)
    extension = cast("State", flask.extensions[EXTENSION])
    own = flask.view_functions[CALLBACK]

    def sign_in() -> Response:
        try:
            _sign_in(step, is_decided=True, waiting=None)
            swap.signed_in = True
        except Exception as error:  # noqa: BLE001  (it is raised again, in the test)
            swap.raised.append(error)
        return make_response("")

    swap = Swap(
        extension.paths.callback,
        extension.default_client.redirect_uris[0],
        lambda: flask.view_functions.update({CALLBACK: sign_in}),
        lambda: flask.view_functions.update({CALLBACK: own}),
    )
    return swap


def _flask_of(app: object) -> Flask:
    """The application, inside all wrappers."""
    inner: Any = app
    while inner is not None and not isinstance(inner, Flask):
        inner = getattr(inner, "app", None)
    if inner is None or EXTENSION not in inner.extensions:
        raise TypeError("force_login needs a Flask application with CleverSso: force_login(app=...) names it")
    return inner
