"""What serializers have in common."""

from typing import Any

from rest_framework import serializers


class ReservedNamesSerializer(serializers.Serializer[Any]):
    """Has fields that Python or DRF leaves no name for, such as `from`: declared with a `_` behind it."""

    def get_fields(self) -> dict[str, Any]:
        """By the names that clients know."""
        return {name.removesuffix("_"): field for name, field in super().get_fields().items()}
