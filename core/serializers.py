"""What serializers have in common."""

from datetime import timedelta
from typing import Any, ClassVar

from rest_framework import serializers

_DAY_ERRORS: Any = {
    "invalid": "Enter a day as 2026-10-31.",
    "required": "This field is required: enter a day as 2026-10-31.",
}


class ReservedNamesSerializer(serializers.Serializer[Any]):
    """Has fields that Python or DRF leaves no name for, such as `from`: declared with a `_` behind it."""

    def get_fields(self) -> dict[str, Any]:
        """By the names that clients know."""
        return {name.removesuffix("_"): field for name, field in super().get_fields().items()}


class DaysSerializer(ReservedNamesSerializer):
    """The days from `from` to `to`, both inclusive, at most `MOST_DAYS` of them (None: any number)."""

    MOST_DAYS: ClassVar[int | None] = None

    from_ = serializers.DateField(error_messages=_DAY_ERRORS, help_text="First day.")
    to = serializers.DateField(error_messages=_DAY_ERRORS, help_text="Last day, inclusive.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Days in order, and not too many. Raises ValidationError on `to`."""
        if attrs["to"] < attrs["from"]:
            raise serializers.ValidationError({"to": f"Must not be before from ({attrs['from']})."})
        if self.MOST_DAYS and attrs["to"] - attrs["from"] >= timedelta(days=self.MOST_DAYS):
            raise serializers.ValidationError({"to": f"Request at most {self.MOST_DAYS} days."})
        return attrs
