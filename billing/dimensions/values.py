"""Values of several members: templates and volume tiers."""

from typing import Any, NamedTuple

from django.utils.translation import gettext
from rest_framework import serializers

from core.serializers import ReservedNamesSerializer


class TemplateKey(NamedTuple):
    """A template in a report, whichever WABA's it is."""

    name: str
    language: str

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TierKey(NamedTuple):
    """A volume tier in a report: messages `start` to `end` (None: open) of those counted together.

    Not `end_known`: lower prices may follow, but nobody knows from where. `anchored`: positions counted with volume
    at other providers.
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
    """Which template a message used."""

    name = serializers.CharField()
    language = serializers.CharField()


class RateTierSerializer(ReservedNamesSerializer):
    """Which messages of a month cost this; `to` is null when the tier has no end or none is known."""

    from_ = serializers.IntegerField()
    number = serializers.IntegerField()
    to = serializers.IntegerField(allow_null=True)
    end_known = serializers.BooleanField()


class CostTierSerializer(RateTierSerializer):
    """A tier's place and bounds. Not `end_known`: lower prices may follow, but no card says from where."""

    anchored = serializers.BooleanField(help_text="Whether positions include volume at other providers.")
