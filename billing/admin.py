"""The operator's pages: rate cards, markets, and buckets that could not be rated."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from billing.models import Bucket, MarketCountry, Rate, RateCard
from portal.core.admin import BigTableAdmin, ReadOnlyAdmin


class RateInline(TabularInline):  # type: ignore[misc]
    model = Rate
    extra = 0
    can_delete = False
    per_page = 50
    ordering = ("market", "category", "tier")
    fields = readonly_fields = ("market", "category", "tier", "above", "up_to", "unit_price", "source")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RateCard)
class RateCardAdmin(ReadOnlyAdmin):
    """Cards come from `manage.py import_rate_card`; a correction is a new revision."""

    list_display = ("name", "currency", "effective_from", "revision", "is_active", "loaded_at")
    list_filter = ("currency", "is_active")
    inlines = (RateInline,)


@admin.register(MarketCountry)
class MarketCountryAdmin(ReadOnlyAdmin):
    list_display = ("country", "calling_code", "market", "valid_from", "valid_to")
    list_filter = ("market",)
    search_fields = ("country", "market")


@admin.register(Bucket)
class BucketAdmin(BigTableAdmin):
    """Messages counted together in one month; a problem says why rating parked one."""

    list_display = ("month", "account", "accrual_group", "scope", "scope_id", "rated_at", "problem")
    list_filter = ("account", "month")
    list_select_related = ("account",)
    search_fields = ("accrual_group", "problem")
    ordering = ("-month", "accrual_group", "id")
