"""The groupings of reports, each declared once. SQL, forms, tables, charts, REST and files read `DIMENSIONS`."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _
from rest_framework.serializers import DateField

from accounts.models import Subaccount, Waba
from billing.dimensions.base import Composite, Dimension, Entity, Names
from billing.dimensions.values import CostTierSerializer, TemplateKey, TemplateNameSerializer, TierKey
from billing.enums import PriceSource
from core.countries import country_name
from core.extracts import ColumnType
from core.words import DAY_AND_YEAR, MONTH_AND_YEAR, format_date
from providers.vocabulary import category_family, category_name

__all__ = ["DIMENSIONS", "Dimension", "Names", "TemplateKey", "TemplateNameSerializer", "TierKey", "supply_names"]

_DECLARED = (
    Dimension(
        "day", _("Day"), ("l.day",), ("day",), kind=ColumnType.DAY, field=DateField,
        words=lambda day: format_date(day, DAY_AND_YEAR), log=lambda day: {"from": str(day), "to": str(day)},
    ),
    Dimension(
        "month", _("Month"), ("l.month",), ("month",), kind=ColumnType.DAY, field=DateField, help_text="Its first day.",
        words=lambda day: format_date(day, MONTH_AND_YEAR),
    ),
    Entity(
        "subaccount", _("Subaccount"), ("k.subaccount_id",), names=Names(Subaccount, ("code", "name")),
        more=(("subaccount_name", _("Subaccount name"), ColumnType.TEXT),), absent=_("No subaccount"),
        log=lambda code: {"subaccount": code},
    ),
    Entity(
        "waba", "WABA", ("k.waba_id",), names=Names(Waba, ("waba_id", "name")), help_text="The provider's id.",
        more=(("waba_name", _("WABA name"), ColumnType.TEXT),),
    ),
    Dimension("provider", _("Provider"), kind=ColumnType.CODE, words=lambda value: value[:1].upper() + value[1:]),
    Entity(
        "channel", _("Channel"), ("k.phone_number_id",), help_text="phone_number_id, channelId",
        more=(("channel_name", _("Channel name"), ColumnType.TEXT),), log=lambda number_id: {"channel": number_id},
    ),
    Composite(
        "template", _("Template"), ("k.template_id",), members=("name", "language"), field=TemplateNameSerializer,
        more=(("template_language", _("Language"), ColumnType.TEXT),), absent=_("No template"),
        value=lambda values, names: TemplateKey(*names[values[0]]) if values[0] in names else None,
        log=lambda template: {"template": template.name},
    ),
    Dimension("country", _("Country"), kind=ColumnType.CODE, words=country_name, log=lambda code: {"country": code}),
    Dimension("market", _("Market")),
    Dimension(
        "category", _("Category"), words=category_name, colour=category_family,
        log=lambda category: {"category": category},
    ),
    Dimension(
        "price_source", _("Price source"), ("l.price_source",), ("price_source",), kind=ColumnType.CODE,
        words=lambda source: str(PriceSource(source).label), absent=_("Unrated"),
        help_text="What the charges rest on: webhook, inferred, derived or provider; empty for unrated messages.",
    ),
    Composite(
        "tier", _("Tier"), ("r.tier", "r.above", "r.up_to", "r.end_known", "l.anchored"), ("rate_id", "anchored"),
        join="LEFT JOIN billing_rate r ON r.id = l.rate_id", kind=ColumnType.NUMBER,
        value=lambda values, names: None if values[0] is None else TierKey(values[0], values[1] + 1, *values[2:]),
        members=("number", "from", "to", "end_known", "anchored"), absent=_("No tier"), field=CostTierSerializer,
        more=(
            ("tier_from", _("Tier from"), ColumnType.NUMBER), ("tier_to", _("Tier to"), ColumnType.NUMBER),
            ("tier_end_known", _("Tier end known"), ColumnType.CODE),
            ("tier_anchored", _("Includes other providers"), ColumnType.CODE),
        ),
    ),
)  # fmt: skip
DIMENSIONS: dict[str, Dimension] = {dimension.name: dimension for dimension in _DECLARED}
"""The groupings by name, in the order of the forms."""


def supply_names(**names: Names) -> None:
    """Register the names of a grouping's ids. The package that owns the objects calls this when it starts."""
    for name, entity_names in names.items():
        DIMENSIONS[name] = replace(DIMENSIONS[name], names=entity_names)
