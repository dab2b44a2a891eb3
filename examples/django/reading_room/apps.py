"""The app as Django knows it."""

from django.apps import AppConfig


class ReadingRoomConfig(AppConfig):
    """A place to read."""

    name = "reading_room"
