"""The links in Django's admin. Administrators can view and delete them, but not edit them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from clever_sso.django.models import CleverAccount, RemovedAccount

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(CleverAccount)
class CleverAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows which person at Clever is linked to which user."""

    list_display = ("clever_id", "user", "user_type", "district_id", "last_login_at")
    list_filter = ("user_type", "district_id")
    search_fields = ("clever_id", "district_id")
    readonly_fields = ("user", "issuer", "clever_id", "district_id", "user_type", "created_at", "last_login_at")
    list_select_related = ("user",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed: only a login can create an account."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed: only Clever can say who a person is at Clever."""
        return False


@admin.register(RemovedAccount)
class RemovedAccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows people whose link was deleted or who an import left out. Delete a row to let the person log in again."""

    list_display = ("clever_id", "left_out", "reason", "removed_at")
    search_fields = ("clever_id",)
    readonly_fields = ("issuer", "clever_id", "left_out", "reason", "removed_at")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed: only a deleted link or an import adds rows."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002  (as Django calls it)
        """Not allowed."""
        return False
