"""One request in which an application's callback signs a person in without Clever."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Callable

from clever_sso.testing.login import LoginNotFinished

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Swap:
    """Replaces the callback while the block runs, and then puts the old one back."""

    path: str
    """The path of the callback."""

    redirect_uri: str
    """The primary redirect URI: it says whether the application is reached over https."""

    put: Callable[[], None]
    """Put the other callback into the application."""

    restore: Callable[[], None]
    """Put the application's own back."""

    signed_in: bool = False
    """Whether the person is in."""

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
        """Raise what the application's code raised, or when it was not asked at all."""
        if self.raised:
            raise self.raised[0]
        if not self.signed_in:
            raise LoginNotFinished(
                f"something else answered in place of {self.path}: a guard around the whole application must let the "
                "callback pass"
            )
