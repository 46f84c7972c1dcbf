"""Base classes of serializers."""

from datetime import timedelta
from typing import Any, ClassVar

from rest_framework import serializers

from core.masking import mask_message_id
from core.numbers import mask_number
from core.periods import YEARS, years_problem

_DAY_ERRORS: Any = {
    "invalid": "Enter a day as 2026-10-31.",
    "required": "This field is required: enter a day as 2026-10-31.",
}


class DayField(serializers.DateField):
    """A day whose midnights every zone can represent."""

    def to_internal_value(self, value: Any) -> Any:
        """The day. Raises ValidationError."""
        day = super().to_internal_value(value)
        if day.year not in YEARS:
            raise serializers.ValidationError(years_problem())
        return day


class MomentField(serializers.DateTimeField):
    """A time that the database and every zone can represent."""

    def to_internal_value(self, value: Any) -> Any:
        """The time. Raises ValidationError."""
        try:
            moment = super().to_internal_value(value)
        except OverflowError:  # it has no equivalent in UTC
            raise serializers.ValidationError(years_problem()) from None
        if moment.year not in YEARS:
            raise serializers.ValidationError(years_problem())
        return moment


class MaskedNumberField(serializers.CharField):
    """A person's number or id, masked unless the serializer's context has `whole_numbers`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Any) -> str:
        """The text, or its mask."""
        text = super().to_representation(value)
        return text if self.context["whole_numbers"] else self.mask(text)

    def mask(self, text: str) -> str:
        """The masked text."""
        return mask_number(text)


class MaskedMessageIdField(MaskedNumberField):
    """A provider's message id, which can hold a person's number, masked like one."""

    def mask(self, text: str) -> str:
        """The masked id."""
        return mask_message_id(text)


class ReservedNamesSerializer(serializers.Serializer[Any]):
    """For fields such as `from`, whose names are reserved in Python or DRF: they are declared with a trailing `_`."""

    def get_fields(self) -> dict[str, Any]:
        """The fields by their names in the API."""
        return {name.removesuffix("_"): field for name, field in super().get_fields().items()}


class DaysSerializer(ReservedNamesSerializer):
    """The days from `from` to `to`, both inclusive, at most `MAX_DAYS` of them (None: any number)."""

    MAX_DAYS: ClassVar[int | None] = None

    from_ = DayField(error_messages=_DAY_ERRORS, help_text="First day.")
    to = DayField(error_messages=_DAY_ERRORS, help_text="Last day, inclusive.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Days in order, and not too many. Raises ValidationError on `to`."""
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": f"Must not be before from ({attrs['from']})."})
        if self.MAX_DAYS and attrs["to"] - attrs["from"] >= timedelta(days=self.MAX_DAYS):
            raise serializers.ValidationError({"to": f"Request at most {self.MAX_DAYS} days."})
        return attrs
