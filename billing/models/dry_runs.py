"""Dry runs of proposed prices."""

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Account
from billing.models.prices import MarketTable, RuleSet
from core.tenancy import TenantModel


class DryRun(TenantModel):
    """The impact of proposed cards, markets or rules on recorded usage, as far as it is computed.

    Without any of them, it shows whether today's tables would classify messages differently.
    """

    account = models.ForeignKey(  # type: ignore[assignment] # an operator's dry run covers all usage
        Account, null=True, on_delete=models.CASCADE, related_name="+", help_text="Empty: all accounts."
    )
    title = models.CharField(max_length=255, blank=True, help_text="The scenario in words.")
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    card_ids = ArrayField(models.BigIntegerField(), default=list)
    markets = models.ForeignKey(MarketTable, null=True, on_delete=models.CASCADE, related_name="+")
    rules = models.ForeignKey(RuleSet, null=True, on_delete=models.CASCADE, related_name="+")
    always = models.BooleanField(default=False, help_text="Apply it to every day, not from its own first day.")
    first_month = models.DateField(null=True, help_text="Empty: from the first affected month.")
    last_month = models.DateField(null=True, help_text="Empty: to the last affected month.")
    steps = models.PositiveIntegerField(default=0, help_text="Account months to calculate.")
    done = models.PositiveIntegerField(default=0)
    after_month = models.DateField(null=True, help_text="With after_account: the last completed step.")
    after_account = models.BigIntegerField(default=0)
    lines = models.BigIntegerField(default=0, help_text="Rated lines that would be rewritten.")
    effects = models.JSONField(
        default=list, encoder=DjangoJSONEncoder, help_text="What changes, by subaccount and currency."
    )
    rows = models.JSONField(default=list, encoder=DjangoJSONEncoder, help_text="The largest of the rows that change.")
    row_count = models.PositiveIntegerField(default=0, help_text="How many rows change.")
    worked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, help_text="Why the calculation failed.")
    applied_by = models.CharField(max_length=254, blank=True)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["id"], condition=Q(finished_at=None), name="billing_dry_run_waiting"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(first_month=None) | Q(last_month=None) | Q(last_month__gte=F("first_month")),
                name="billing_dry_run_period",
            ),
        )

    def __str__(self) -> str:
        return self.title or f"Dry run {self.pk}"
