"""What opens the windows in which messages are free, for providers that report no pricing type."""

from django.db import models

from billing.enums import ContactRole
from core.tenancy import LOOSE, TenantModel


class Contact(TenantModel):
    """A contact between a business number and a person, without personal data: a delivery without a reported type, a
    received message, or a call that opens the window. It has a row for each identity of the person: `person` is a
    keyed hash of account, number and identity.
    """

    pk = models.CompositePrimaryKey("message_key", "person")
    message_key = models.UUIDField()
    account = models.ForeignKey("accounts.Account", **LOOSE)
    person = models.UUIDField()
    at = models.DateTimeField(help_text="The earliest time of receipt, call, or proof of delivery.")
    role = models.CharField(max_length=8, choices=ContactRole)

    class Meta:
        indexes = (models.Index(fields=["person", "at"], name="billing_contact_person"),)

    def __str__(self) -> str:
        return f"{self.role} at {self.at}"


class DueContact(models.Model):
    """A marker that a contact may have changed the windows of its person from its time on. Append-only and written with
    the contact; inferring the windows deletes it.
    """

    person = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person)
