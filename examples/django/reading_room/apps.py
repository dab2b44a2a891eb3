"""The Django app config."""

from django.apps import AppConfig


class ReadingRoomConfig(AppConfig):
    """The Reading Room."""

    name = "reading_room"
