"""The models that link people at Clever to users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from datetime import datetime

# A role name that Clever adds is cut to this length.
LONGEST_USER_TYPE = 32
LONGEST_ID = 64
STAFF, SHARED, SEVERAL = "staff", "shared", "several"
LEFT_OUT_REASONS = {
    STAFF: "the user is staff or a superuser",
    SHARED: "several users have this Clever id",
    SEVERAL: "the user has several Clever ids",
}
"""Why an import left a person out."""


class CleverAccount(models.Model):
    """The link between a person at Clever and a user.

    The pair of issuer and Clever id is the key of a person. Names and email addresses change and repeat, so they are
    never a key. If you delete a link, the sessions that began with it end. `CLEVER_AFTER_UNLINK` decides what happens
    at the next login.
    """

    user: models.ForeignKey[Any, Any] = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="clever_accounts"
    )
    issuer: models.CharField[str, str] = models.CharField(max_length=255)
    clever_id: models.CharField[str, str] = models.CharField("Clever id", max_length=LONGEST_ID)
    district_id: models.CharField[str, str] = models.CharField("district", max_length=64, blank=True)
    user_type: models.CharField[str, str] = models.CharField(
        "role of the last login", max_length=LONGEST_USER_TYPE, blank=True
    )
    created_at: models.DateTimeField[datetime, datetime] = models.DateTimeField("linked", auto_now_add=True)
    last_login_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(
        "last login", null=True, blank=True
    )

    class Meta:
        """The pair is unique."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "clever_id"], name="clever_sso_one_account_a_person"),
        ]
        verbose_name = "Clever account"

    def __str__(self) -> str:
        return f"{self.user_type or 'person'} {self.clever_id}"


class RemovedAccount(models.Model):
    """A person whose link was deleted, or who was left out by an import.

    A deleted link is never matched again by `CLEVER_MATCH_USER`, and with `CLEVER_AFTER_UNLINK = "refuse"` the next
    login is refused. A person who was left out by an import is always refused, because a login would create a second
    user. Delete the row to let the person in again.
    """

    issuer: models.CharField[str, str] = models.CharField(max_length=255)
    clever_id: models.CharField[str, str] = models.CharField("Clever id", max_length=LONGEST_ID)
    left_out: models.BooleanField[bool, bool] = models.BooleanField("left out by an import", default=False)
    reason: models.CharField[str, str] = models.CharField(
        "why the import left the person out",
        max_length=16,
        blank=True,
        default="",
        choices=list(LEFT_OUT_REASONS.items()),
    )
    removed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField("removed", auto_now_add=True)

    class Meta:
        """The pair is unique."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "clever_id"], name="clever_sso_removed_once"),
        ]
        verbose_name = "removed Clever account"

    def __str__(self) -> str:
        return self.clever_id
