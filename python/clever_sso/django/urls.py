"""The URLs of the app: include them at the path of the redirect URI without its last part."""

from __future__ import annotations

from django.urls import re_path

from clever_sso.django import views

app_name = "clever_sso"
# Also with trailing slashes, so that nothing redirects between the two forms.
urlpatterns = [
    re_path(r"^login/*$", views.login, name="login"),
    re_path(r"^callback/*$", views.callback, name="callback"),
    re_path(r"^logout/*$", views.logout, name="logout"),
    re_path(r"^link/*$", views.link, name="link"),
    re_path(r"^link/confirm/*$", views.confirm_link, name="confirm_link"),
    re_path(r"^unlink/*$", views.unlink, name="unlink"),
    re_path(r"^whoami/*$", views.whoami, name="whoami"),
]
