"""The links in Django's administration: to be looked at and deleted, not edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from clever_sso.django.models import CleverAccount, RemovedAccount

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(CleverAccount)
class CleverAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who at Clever belongs to which user."""

    list_display = ("clever_id", "user", "user_type", "district_id", "last_login_at")
    list_filter = ("user_type", "district_id")
    search_fields = ("clever_id", "district_id")
    readonly_fields = ("user", "issuer", "clever_id", "district_id", "user_type", "created_at", "last_login_at")
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed: an account is proof of a login."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed: only Clever can say who a person is at Clever."""
        return False


@admin.register(RemovedAccount)
class RemovedAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Whose link was deleted, and who an import left out. Delete a row, and the person may come again."""

    list_display = ("clever_id", "left_out", "removed_at")
    search_fields = ("clever_id",)
    readonly_fields = ("issuer", "clever_id", "left_out", "removed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed: a row is what a deleted link leaves behind."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed."""
        return False
