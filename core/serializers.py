"""A base class for serializers."""

from typing import Any

from rest_framework import serializers


class ReservedNamesSerializer(serializers.Serializer[Any]):
    """For fields such as `from`, whose names are reserved in Python or DRF: they are declared with a trailing `_`."""

    def get_fields(self) -> dict[str, Any]:
        """The fields by their names in the API."""
        return {name.removesuffix("_"): field for name, field in super().get_fields().items()}
