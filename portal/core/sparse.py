"""Sparse answers: `fields=` names what each object holds, so that lists are small and nothing is made for nobody."""

from collections.abc import Collection, Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

PARAMETER = "fields"


class SparseSerializer(serializers.Serializer[Any]):
    """A serializer whose context may name the fields that are wanted, as `fields`; None: all."""

    def get_fields(self) -> dict[str, Any]:
        """Those that are wanted, in their usual order."""
        fields = super().get_fields()
        wanted = self.context.get(PARAMETER)
        return fields if wanted is None else {name: field for name, field in fields.items() if name in wanted}


def wanted_fields(serializer: type[serializers.BaseSerializer[Any]], params: Mapping[str, str]) -> set[str] | None:
    """What `fields=a,b` in a URL asks for of these; None without it. Raises ValidationError for a name nobody knows."""
    if PARAMETER not in params:
        return None
    asked = [name for name in params[PARAMETER].split(",") if name]
    unknown = sorted(set(asked) - set(_names(serializer)))
    if unknown or not asked:
        known = ", ".join(_names(serializer))
        raise ValidationError({PARAMETER: [f"{', '.join(unknown) or 'Nothing'} is none of {known}."]})
    return set(asked)


def _names(serializer: type[serializers.BaseSerializer[Any]]) -> Collection[str]:
    return list(serializer().fields)  # type: ignore[attr-defined]
