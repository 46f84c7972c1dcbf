"""Sparse responses: `fields=` names the fields of each object, which keeps lists small and saves computing the rest."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

PARAMETER = "fields"


class SparseSerializer(serializers.Serializer[Any]):
    """A serializer whose context can name the requested fields, as `fields`; None: all."""

    def get_fields(self) -> dict[str, Any]:
        """The requested fields, in their usual order."""
        fields = super().get_fields()
        names = self.context.get(PARAMETER)
        return fields if names is None else {name: field for name, field in fields.items() if name in names}


def requested_fields(serializer: type[SparseSerializer], params: Mapping[str, str]) -> set[str] | None:
    """The names in `fields=a,b` of a URL; None without it. Raises ValidationError for an unknown name."""
    if PARAMETER not in params:
        return None
    names = [name for name in params[PARAMETER].split(",") if name]
    known_names = list(serializer().fields)
    unknown = sorted(set(names) - set(known_names))
    if unknown or not names:
        problem = f"Unknown: {', '.join(unknown)}." if unknown else "Name at least one field."
        raise ValidationError({PARAMETER: [f"{problem} Choose from {', '.join(known_names)}."]})
    return set(names)
