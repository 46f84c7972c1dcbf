"""Dated price tables. A table in force never changes: a correction is a new revision, and old revisions are kept."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Waba
from billing.enums import AccrualScope, Book, ExemptionKind, SellBase
from core.money import plain
from core.tenancy import TenantModel

BUNDLED = "bundled with Tollgate"  # `approved_by` of the tables that every installation contains
UNFOUND = ("DERIVED", "ASSUMED")  # how the sources of figures begin that no published card has
ASSUMED = "ASSUMED: price of the tier below; the tiers here are not in the file"  # the source of an added tier


class Revision(models.Model):
    """The common fields of revisions of price tables."""

    revision = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64, help_text="SHA-256 of the file it was loaded from.")
    is_active = models.BooleanField(default=True, help_text="One revision at a time is in force.")
    loaded_at = models.DateTimeField(default=timezone.now, editable=False)
    approved_by = models.CharField(max_length=254, blank=True, help_text="Who activated it.")
    approved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name}, revision {self.revision}"

    @property
    def is_draft(self) -> bool:
        """Whether it has never been in force."""
        return not self.is_active and self.approved_at is None

    def siblings(self) -> QuerySet[Self]:
        """The revisions of the same table, including this one; one of them is in force."""
        raise NotImplementedError

    def activate(self, *, by: str) -> None:
        """Put it in force instead of its siblings. Recorded usage follows when it is rated again."""
        self.siblings().filter(is_active=True).exclude(pk=self.pk).update(is_active=False)
        self.is_active, self.approved_by, self.approved_at = True, by, timezone.now()
        self.save(update_fields=["is_active", "approved_by", "approved_at"])


class MarketTable(Revision):
    """The markets of all countries; each row has its own dates."""

    class Meta:
        ordering = ("-revision",)
        constraints = (
            models.UniqueConstraint(fields=["revision"], name="billing_market_table_once"),
            models.UniqueConstraint(
                fields=["is_active"], condition=Q(is_active=True), name="billing_market_table_active"
            ),
        )

    def siblings(self) -> QuerySet[Self]:
        """All market tables."""
        return type(self).objects.all()


class MarketCountry(models.Model):
    """The market of a country in a period (days inclusive, in the WABA's time zone)."""

    table = models.ForeignKey(MarketTable, on_delete=models.CASCADE, related_name="countries")
    country = models.CharField(max_length=2, help_text="ISO 3166 alpha-2.")
    calling_code = models.CharField(max_length=8)
    market = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.TextField()

    class Meta:
        verbose_name_plural = "market countries"
        ordering = ("country", "calling_code", "valid_from")
        constraints = (
            models.UniqueConstraint(
                fields=["table", "country", "calling_code", "valid_from"], name="billing_market_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="billing_market_period"
            ),
        )

    def __str__(self) -> str:
        return f"{self.country} in {self.market}"


class RuleSet(Revision):
    """The rules from the first day of a month on: which messages are charged or free, and how they are counted."""

    effective_from = models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone.")

    class Meta:
        ordering = ("-effective_from", "-revision")
        constraints = (
            models.UniqueConstraint(fields=["effective_from", "revision"], name="billing_rule_set_revision"),
            models.UniqueConstraint(
                fields=["effective_from"], condition=Q(is_active=True), name="billing_rule_set_in_force"
            ),
            # A bucket is a month with one allowance; rules that change within a month would give it two.
            models.CheckConstraint(condition=Q(effective_from__day=1), name="billing_rule_set_first_of_month"),
        )

    def siblings(self) -> QuerySet[Self]:
        """The rule sets of the same day."""
        return type(self).objects.filter(effective_from=self.effective_from)


class Rule(models.Model):
    """How messages of one price category are counted, and the reason if they are free."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    category = models.CharField(max_length=32)
    pricing_type = models.CharField(
        max_length=32,
        blank=True,
        help_text="The provider's pricing type that this applies to; empty: any other or none.",
    )
    free_reason = models.CharField(max_length=32, blank=True, help_text="Empty: charged.")
    scope = models.CharField(max_length=12, choices=AccrualScope)
    accrual_group = models.CharField(max_length=96, help_text="{market} stands for the message's market.")
    allowance = models.IntegerField(default=0, help_text="The number of free messages at the start of a bucket.")
    source = models.TextField()

    class Meta:
        ordering = ("rule_set", "category", "pricing_type")
        constraints = (
            models.UniqueConstraint(fields=["rule_set", "category", "pricing_type"], name="billing_rule_once"),
            models.CheckConstraint(condition=Q(allowance__gte=0), name="billing_rule_allowance"),
        )

    def __str__(self) -> str:
        return f"{self.category} {self.pricing_type}".strip()

    @property
    def together(self) -> str:
        """The group that is counted together in words, such as "authentication, by market"."""
        group = self.accrual_group.replace("_", " ")
        if "{market}" in group:
            return _("%(group)s, by market") % {"group": group.removeprefix("{market}/")}
        return _("%(group)s, all markets") % {"group": group}


class RateCard(Revision):
    """Prices in one currency from one day on: a provider's (buy), or an account's own for resale (sell)."""

    account = models.ForeignKey(
        "accounts.Account", null=True, blank=True, on_delete=models.CASCADE, related_name="+",
        help_text="Empty: for all accounts without their own card.",
    )  # fmt: skip
    book = models.CharField(max_length=4, choices=Book, default=Book.BUY)
    provider = models.CharField(
        max_length=12, blank=True, help_text="Only for messages through this provider; empty: through any."
    )
    currency = models.CharField(max_length=3)
    effective_from = models.DateField(help_text="In force from 00:00 of this day in the WABA's time zone.")

    class Meta:
        ordering = ("-effective_from", "currency", "-revision")
        constraints = (
            # Treats an empty account as a value, because NULLs are distinct.
            models.UniqueConstraint(
                Coalesce("account_id", Value(0)),
                "book",
                "provider",
                "currency",
                "effective_from",
                "revision",
                name="billing_card_revision",
            ),
            models.UniqueConstraint(
                Coalesce("account_id", Value(0)),
                "book",
                "provider",
                "currency",
                "effective_from",
                condition=Q(is_active=True),
                name="billing_card_in_force",
            ),
            models.CheckConstraint(
                condition=Q(book=Book.BUY) | Q(account__isnull=False), name="billing_card_sells_for_an_account"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def siblings(self) -> QuerySet[Self]:
        """The cards of the same account, book, provider, currency and day."""
        return type(self).objects.filter(
            account=self.account_id, book=self.book, provider=self.provider, currency=self.currency,
            effective_from=self.effective_from,
        )  # fmt: skip


class Rate(models.Model):
    """The price of one message in one tier: positions `above` < p ≤ `up_to` of the bucket."""

    card = models.ForeignKey(RateCard, on_delete=models.CASCADE, related_name="rates")
    market = models.CharField(max_length=64)
    category = models.CharField(max_length=32)
    tier = models.PositiveSmallIntegerField(default=1)
    above = models.BigIntegerField(default=0)
    up_to = models.BigIntegerField(null=True, help_text="Empty: no end, or end unknown.")
    end_known = models.BooleanField(default=True, help_text="Whether the source states this tier's end.")
    unit_price = models.DecimalField(max_digits=18, decimal_places=9)
    source = models.TextField(help_text="Source of the figure: FOUND or DERIVED, and how.")

    class Meta:
        ordering = ("card", "market", "category", "tier")
        constraints = (
            models.UniqueConstraint(fields=["card", "market", "category", "tier"], name="billing_rate_tier"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="billing_rate_not_negative"),
            models.CheckConstraint(
                condition=Q(up_to__isnull=True) | Q(up_to__gt=F("above")), name="billing_rate_bounds"
            ),
        )

    def __str__(self) -> str:
        return f"{self.market} {self.category} {self.unit_price}"

    @property
    def first(self) -> int:
        """The first position with this price."""
        return self.above + 1

    @property
    def is_derived(self) -> bool:
        """Whether the figure was not found: its source says that it is derived or assumed."""
        return self.source.upper().startswith(UNFOUND)

    @property
    def is_assumed(self) -> bool:
        """Whether the tier is not in the source and continues the price of the tier below."""
        return self.source == ASSUMED


class Exemption(TenantModel):
    """That Meta exempts a WABA from rules on some days, in its time zone. A WABA has one exemption at a time."""

    waba = models.ForeignKey(Waba, verbose_name="WABA", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=ExemptionKind)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True, help_text="Inclusive. Leave empty if it has no end.")
    source = models.CharField(max_length=255, help_text="Where it is stated: a letter, a ticket, or Meta's page.")

    class Meta:
        ordering = ("waba", "-first_day")
        constraints = (
            models.UniqueConstraint(fields=["account", "waba", "first_day"], name="billing_exemption_once"),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gte=F("first_day")), name="billing_exemption_days"
            ),
        )

    def __str__(self) -> str:
        return f"{self.waba}: {ExemptionKind(self.kind).label} from {self.first_day}"

    def applies(self, day: date) -> bool:
        """Whether it applies on a day."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class SellTerms(TenantModel):
    """An account's own prices from a day on: base × (1 + markup %) + fee per message.

    Pass-through is the cost without markup or fee. `NOTHING` ends resale from its day on.
    """

    currency = models.CharField(
        max_length=3, help_text="For WABAs billed in this currency, which is also that of the fee."
    )
    effective_from = models.DateField(help_text="From 00:00 of this day in the WABA's time zone.")
    base = models.CharField(max_length=7, choices=SellBase, default=SellBase.COST)
    markup_percent = models.DecimalField(max_digits=9, decimal_places=4, default=0)
    fee = models.DecimalField(max_digits=18, decimal_places=9, default=0, help_text="Per message, after the markup.")
    fee_on_free = models.BooleanField(default=False, help_text="Whether free messages pay the fee too.")

    class Meta:
        verbose_name_plural = "sell terms"
        ordering = ("account", "currency", "-effective_from")
        constraints = (
            models.UniqueConstraint(fields=["account", "currency", "effective_from"], name="billing_sell_terms_once"),
            models.CheckConstraint(condition=Q(markup_percent__gt=-100), name="billing_sell_markup"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="billing_sell_fee"),
        )

    def __str__(self) -> str:
        return f"{self.currency} from {self.effective_from}"

    @property
    def words(self) -> str:
        """The terms in words, such as "The provider's price plus 12.5 %, plus 0.001 per message"."""
        if self.base == SellBase.NOTHING:
            return _("No resale")
        base, parts = str(SellBase(self.base).label), []
        percent = {"base": base, "percent": plain(abs(self.markup_percent), 0)}
        if self.markup_percent > 0:
            parts.append(_("%(base)s plus %(percent)s %%") % percent)
        elif self.markup_percent:
            parts.append(_("%(base)s less %(percent)s %%") % percent)
        elif self.fee:
            parts.append(base)
        else:
            return _("%(base)s, passed through") % {"base": base}
        if self.fee:
            parts.append(_("plus %(fee)s per message") % {"fee": plain(self.fee)})
            if self.fee_on_free:
                parts.append(_("including free messages"))
        return ", ".join(parts)
