"""The vocabulary of persons, as it is stored."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IdentityKind(TextChoices):
    """What identifies a person."""

    NUMBER = "number", _("Phone number")
    USER_ID = "user_id", _("User id")
    PARENT_USER_ID = "parent_user_id", _("Parent user id")
    USERNAME = "username", _("Username")


ID_KINDS = (IdentityKind.USER_ID, IdentityKind.PARENT_USER_ID)
"""The kinds that belong to one person for ever; a number belongs to one at a time."""


class NameKind(TextChoices):
    """What a person is called."""

    USERNAME = "username", _("Username")
    PROFILE = "profile", _("Profile name")
