"""The columns that calls and messages on other channels have in common."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Subaccount
from core.tenancy import LOOSE, TenantModel
from providers import registry
from providers.vocabulary import Direction

# In the order of the list. Filters that few rows match have an index of their own.
RECORD_INDEXES: tuple[models.Index, ...] = (
    models.Index(fields=["account", "created_at", "id"], name="%(class)s_time"),
    models.Index(fields=["account", "subaccount", "created_at", "id"], name="%(class)s_subaccount"),
    models.Index(fields=["account", "msisdn", "created_at", "id"], condition=~Q(msisdn=""), name="%(class)s_msisdn"),
    models.Index(fields=["account", "user_id", "created_at", "id"], condition=~Q(user_id=""), name="%(class)s_user_id"),
)


class Record(TenantModel):
    """A row for one call or message of a person, merged from its events by messaging/records/merge.py.

    The key is a hash of account, provider, the provider's id and what else identifies the row. An erased row keeps what
    is counted and charged, and takes no personal data from a later webhook.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, db_index=False, related_name="+")
    record_key = models.UUIDField(unique=True)
    created_at = models.DateTimeField(help_text="The earliest known time.")
    recorded_at = models.DateTimeField(db_default=Now(), help_text="When its first webhook was processed.")
    provider = models.CharField(max_length=12, choices=registry.choices)
    direction = models.CharField(max_length=8, choices=Direction, blank=True, help_text="Empty: not known yet.")
    subaccount = models.ForeignKey(Subaccount, null=True, **LOOSE)
    msisdn = models.CharField(max_length=20, blank=True, help_text="The person's number: digits, no plus sign.")
    user_id = models.CharField(max_length=140, blank=True, help_text="The person's id on WhatsApp or on the channel.")
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 of the person's number.")
    error_at = models.DateTimeField(null=True)
    error_source = models.CharField(max_length=12, blank=True, help_text="Source of the code: meta or 8x8.")
    error_code = models.IntegerField(null=True)
    error_title = models.CharField(max_length=255, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.record_key)
