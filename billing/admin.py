"""The operator's read-only pages of prices and ratings. Prices are changed at /prices/."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from billing.models import (
    Bucket,
    DryRun,
    Exemption,
    MarketCountry,
    MarketTable,
    Rate,
    RateCard,
    RatingRun,
    Rule,
    RuleSet,
    SellTerms,
    VolumeAnchor,
)
from core.admin import BigTableAdmin, ReadOnlyAdmin

_REVISION = ("revision", "is_active", "loaded_at", "approved_by", "approved_at")


class ReadOnlyInline(TabularInline):  # type: ignore[misc]  # unfold ships no types
    """Read-only rows of an object."""

    extra = 0
    per_page = 50
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RateInline(ReadOnlyInline):
    model = Rate
    ordering = ("market", "category", "tier")
    fields = readonly_fields = ("market", "category", "tier", "above", "up_to", "end_known", "unit_price", "source")


class MarketCountryInline(ReadOnlyInline):
    model = MarketCountry
    fields = readonly_fields = ("country", "calling_code", "market", "valid_from", "valid_to", "source")


class RuleInline(ReadOnlyInline):
    model = Rule
    fields = readonly_fields = (
        "category", "pricing_type", "free_reason", "scope", "accrual_group", "allowance", "source",
    )  # fmt: skip


class RatingRunInline(ReadOnlyInline):
    """Rating runs, newest first, with the messages and terms that each covers."""

    model = RatingRun
    ordering = ("-first_at",)
    fields = readonly_fields = ("first_at", "rated_at", "n", "fingerprint", "terms", "engine")


class VolumeAnchorInline(ReadOnlyInline):
    model = VolumeAnchor
    ordering = ("above",)
    fields = readonly_fields = ("above", "reached_at", "external", "webhook_id")


@admin.register(RateCard)
class RateCardAdmin(ReadOnlyAdmin):
    """Rate cards. A correction is a new revision; earlier revisions are kept."""

    list_display = ("name", "account", "book", "currency", "effective_from", *_REVISION)
    list_filter = ("currency", "book", "is_active")
    list_select_related = ("account",)
    inlines = (RateInline,)


@admin.register(MarketTable)
class MarketTableAdmin(ReadOnlyAdmin):
    list_display = ("name", *_REVISION)
    inlines = (MarketCountryInline,)


@admin.register(RuleSet)
class RuleSetAdmin(ReadOnlyAdmin):
    list_display = ("name", "effective_from", *_REVISION)
    inlines = (RuleInline,)


@admin.register(SellTerms)
class SellTermsAdmin(ReadOnlyAdmin):
    list_display = ("account", "currency", "effective_from", "words")
    list_filter = ("account", "currency")
    list_select_related = ("account",)


@admin.register(Exemption)
class ExemptionAdmin(ReadOnlyAdmin):
    list_display = ("waba", "account", "kind", "first_day", "last_day", "source")
    list_filter = ("account", "kind")
    list_select_related = ("account", "waba")


@admin.register(DryRun)
class DryRunAdmin(ReadOnlyAdmin):
    """Dry runs: who ran them, and whether they were activated."""

    list_display = ("title", "account", "asked_by", "asked_at", "finished_at", "applied_by", "applied_at", "problem")
    list_filter = ("account",)
    list_select_related = ("account",)
    ordering = ("-id",)


@admin.register(Bucket)
class BucketAdmin(BigTableAdmin):
    """Messages counted together in one month, with the problem of a failed rating."""

    list_display = ("month", "account", "accrual_group", "scope", "scope_id", "rated_at", "problem")
    list_filter = ("account", "month")
    list_select_related = ("account",)
    search_fields = ("accrual_group", "problem")
    ordering = ("-month", "accrual_group", "id")
    inlines = (RatingRunInline, VolumeAnchorInline)
