"""The cookie that keeps a login which has begun, between the two legs of its journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

TEN_MINUTES = 600


@dataclass(frozen=True)
class PendingCookie:
    """The cookie of a pending login: its name, and how it is set and deleted."""

    name: str
    secure: bool

    @classmethod
    def of(cls, redirect_uri: str) -> PendingCookie:
        """The cookie for an app that Clever sends the browser to at `redirect_uri`.

        Over https its name begins with `__Host-`: then no other host of the domain, and nobody in the middle of a plain
        connection, can set it (RFC 6265bis 4.1.3.2).
        """
        secure = urlsplit(redirect_uri).scheme == "https"
        return cls("__Host-clever_pending" if secure else "clever_pending", secure)

    def attributes(self) -> dict[str, Any]:
        """What it is set with, besides value and age: keywords that Flask, Django and Starlette share."""
        # Not Strict: the cookie must come along when the browser returns from Clever.
        # The path is the root, for a name with `__Host-` allows no other.
        return {"path": "/", "secure": self.secure, "httponly": True, "samesite": "lax"}
