"""Replaces an application's callback during one request, to sign a person in without Clever."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from clever_sso.testing.login import LoginNotFinished

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Swap:
    """Replaces the callback while the block runs, and then restores it."""

    path: str
    """The path of the callback."""

    redirect_uri: str
    """The primary redirect URI, which shows whether the application uses https."""

    put: Callable[[], None]
    """Installs the other callback in the application."""

    restore: Callable[[], None]
    """Restores the application's own callback."""

    signed_in: bool = False
    """Whether the person is signed in."""

    raised: list[BaseException] = field(default_factory=list)
    """What the application's code raised."""

    @contextmanager
    def active(self) -> Iterator[None]:
        """Use the other callback while the block runs."""
        self.put()
        try:
            yield
        finally:
            self.restore()

    def check(self) -> None:
        """Raise the exception of the application's code, or an error if the callback was never called."""
        if self.raised:
            raise self.raised[0]
        if not self.signed_in:
            raise LoginNotFinished(
                f"other code responded instead of {self.path}: a guard around the whole application must let the "
                "callback pass"
            )
