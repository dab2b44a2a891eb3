"""The addresses: include them below the path of the redirect URI without its last part."""

from __future__ import annotations

from django.urls import path

from clever_sso.django import views

app_name = "clever_sso"
urlpatterns = [
    path("login", views.login, name="login"),
    path("callback", views.callback, name="callback"),
    path("logout", views.logout, name="logout"),
]
