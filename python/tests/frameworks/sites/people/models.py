"""The user models."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractBaseUser):
    """A person without groups."""

    email = models.EmailField(unique=True, max_length=60)
    nickname = models.CharField(max_length=20, blank=True)

    objects = BaseUserManager()

    USERNAME_FIELD = "email"

    class Meta:
        """The app of this model."""

        app_label = "people"


class Pupil(AbstractUser):
    """A person with a unique email address."""

    email = models.EmailField(unique=True)
    groups = user_permissions = None

    class Meta:
        """The app of this model."""

        app_label = "people"


class Member(AbstractBaseUser):
    """A person with fields that Clever cannot fill."""

    username = models.CharField(max_length=60, unique=True)
    card = models.CharField(max_length=20, unique=True)
    since = models.DateField()
    seen = models.DateField(auto_now=True)
    note = models.CharField(max_length=20)

    objects = BaseUserManager()

    USERNAME_FIELD = "username"

    class Meta:
        """The app of this model."""

        app_label = "people"
