"""The model."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Person(AbstractBaseUser):
    """Somebody."""

    email = models.EmailField(unique=True, max_length=60)
    nickname = models.CharField(max_length=20, blank=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"

    class Meta:
        """Where it belongs."""

        app_label = "people"
