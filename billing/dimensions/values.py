"""Values with several members: templates and volume tiers."""

from typing import Any, NamedTuple

from django.utils.translation import gettext
from rest_framework import serializers

from core.serializers import ReservedNamesSerializer


class TemplateKey(NamedTuple):
    """A template in a report, in any WABA."""

    name: str
    language: str

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TierKey(NamedTuple):
    """A volume tier in a report: messages `start` to `end` (None: open) of those counted together.

    Unless `end_known`, lower prices may follow from an unknown position. If `anchored`, positions include volume at
    other providers.
    """

    number: int
    start: int
    end: int | None
    end_known: bool
    anchored: bool

    def __str__(self) -> str:
        parts = [gettext("Tier %(number)d") % {"number": self.number}]
        if self.end is not None:
            parts.append(f"{self.start:,} – {self.end:,}")
        elif self.start > 1:
            parts.append(gettext("from %(n)s") % {"n": f"{self.start:,}"})
        if not self.end_known:
            parts.append(gettext("end unknown"))
        if self.anchored:
            parts.append(gettext("includes other providers"))
        return ", ".join(parts)


class TemplateNameSerializer(serializers.Serializer[Any]):
    """The template of a message."""

    name = serializers.CharField()
    language = serializers.CharField()


class RateTierSerializer(ReservedNamesSerializer):
    """The messages of a month with this price; `to` is null if the tier has no end or an unknown end."""

    from_ = serializers.IntegerField()
    number = serializers.IntegerField()
    to = serializers.IntegerField(allow_null=True)
    end_known = serializers.BooleanField()


class CostTierSerializer(RateTierSerializer):
    """A tier's number and bounds. Unless `end_known`, lower prices may follow, but no card states from where."""

    anchored = serializers.BooleanField(help_text="Whether positions include volume at other providers.")
