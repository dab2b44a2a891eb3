"""The URLs of the Reading Room."""

from django.contrib import admin
from django.urls import include, path

from reading_room import views

urlpatterns = [
    path("", views.home, name="home"),
    path("me", views.me, name="me"),
    path("lessons", views.lessons, name="lessons"),
    path("admin/", admin.site.urls),
    path("clever/", include("clever_sso.django.urls")),
]
