"""A Flask site with two Authlib clients: one for OpenID Connect with discovery, and one for OAuth 2.0."""

from __future__ import annotations

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, jsonify, redirect, request, session
from joserfc.errors import JoseError
from serving import CLEVER, CLIENT_ID, CLIENT_SECRET, URL, serve

app = Flask(__name__)
app.secret_key = "a key for tests only"
credentials = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}

# The base URLs. In production, use Clever's addresses instead of `CLEVER`.
oauth = OAuth(app)
by_discovery = oauth.register(
    "oidc",
    server_metadata_url=f"{CLEVER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid"},
    **credentials,
)
by_hand = oauth.register(
    "oauth2",
    authorize_url=f"{CLEVER}/oauth/authorize",
    access_token_url=f"{CLEVER}/oauth/tokens",
    api_base_url=f"{CLEVER}/v3.0/",
    **credentials,
)


@app.get("/")
def front() -> Response | str:
    """Show the logged-in person, as Authlib reports it, or two buttons."""
    if "person" in session:
        return jsonify(session["person"])
    return '<a href="/oidc/login">Log in</a> <a href="/oauth2/login">Log in without OpenID Connect</a>'


@app.get("/<name>/login")
def login(name: str) -> Response:
    return oauth.create_client(name).authorize_redirect(f"{URL}/{name}/callback")


@app.get("/oidc/callback")
def oidc_callback() -> Response:
    token = by_discovery.authorize_access_token()
    session["person"] = {"id_token": token.get("userinfo"), "userinfo": by_discovery.userinfo(token=token)}
    return redirect("/")


@app.get("/oauth2/callback")
def oauth2_callback() -> Response:
    token = by_hand.authorize_access_token()
    me = by_hand.get("me", token=token).json()
    session["person"] = by_hand.get(f"users/{me['data']['id']}", token=token).json()["data"]
    return redirect("/")


@app.get("/cart")
def cart() -> str:
    if "thing" in request.args:
        session["thing"] = request.args["thing"]
    return f"in the cart: {session.get('thing', 'nothing')}"


@app.errorhandler(OAuthError)
@app.errorhandler(JoseError)
def failed(error: OAuthError | JoseError) -> tuple[Response, int]:
    return jsonify({"error": error.error}), 403


if __name__ == "__main__":
    serve(app)
