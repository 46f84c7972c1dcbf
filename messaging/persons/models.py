"""What webhooks state about persons. Each row is a fact; `resolution.py` derives the persons from them.

Times merge as least or greatest, so any order and any repetition of the same webhooks ends in the same rows. Numbers
are in their standard spelling (`core.spellings`).
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Lower

from core.tenancy import LOOSE, TenantModel
from messaging.persons.enums import IdentityKind, NameKind


class IdentityModel(TenantModel):
    """A fact about one identity."""

    account = models.ForeignKey("accounts.Account", **LOOSE)
    kind = models.CharField(max_length=16, choices=IdentityKind)
    value = models.CharField(max_length=140, help_text="Digits of a number; else the id as Meta gives it.")

    class Meta:
        abstract = True


class IdentityLink(IdentityModel):
    """Two identities that a webhook gave to one person; the first is a user id or a parent id.

    A user id belongs to one person for ever, a number to one person at a time.
    """

    pk = models.CompositePrimaryKey("account_id", "kind", "value", "other_kind", "other_value")
    other_kind = models.CharField(max_length=16, choices=IdentityKind)
    other_value = models.CharField(max_length=140)
    scope = models.CharField(
        max_length=24, help_text="Where the user id is unique: portfolio, else WABA; may be empty."
    )
    first_at = models.DateTimeField(help_text="The earliest event with both.")

    class Meta:
        indexes = (models.Index(fields=["account", "other_kind", "other_value"], name="persons_link_other"),)

    def __str__(self) -> str:
        return f"{self.value} – {self.other_value}"


class IdentityChange(IdentityModel):
    """An announcement that a person has a new identity in place of one of the same kind."""

    pk = models.CompositePrimaryKey("account_id", "kind", "value", "new_value", "at")
    new_value = models.CharField(max_length=140)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["account", "kind", "new_value"], name="persons_change_new"),)

    def __str__(self) -> str:
        return f"{self.value} → {self.new_value}"


MARKS = "._-@/:+"  # between the words of a name; PostgreSQL would take hosts, files and addresses for one word


def name_words() -> SearchVector:
    """The words of a name in lower case, as `persons_name_words` has them."""
    words = Func(
        F("name"), Value(MARKS), Value(" " * len(MARKS)), function="translate", output_field=models.TextField()
    )
    return SearchVector(words, config="simple")


class PersonName(IdentityModel):
    """A name that the owner of an identity had."""

    pk = models.CompositePrimaryKey("account_id", "kind", "value", "name_kind", "name")
    name_kind = models.CharField(max_length=8, choices=NameKind)
    name = models.CharField(max_length=512)
    last_at = models.DateTimeField(help_text="The latest event with this name: the latest name is the present one.")

    class Meta:
        indexes = (
            models.Index(
                "account", Lower("name"), condition=models.Q(name_kind=NameKind.USERNAME), name="persons_name_username"
            ),
            GinIndex(name_words(), name="persons_name_words"),
        )

    def __str__(self) -> str:
        return self.name
