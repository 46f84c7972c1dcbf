"""Sparse answers: `fields=` names what each object holds, so that lists are small and nothing is made for nobody."""

from collections.abc import Mapping
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


def wanted_fields(serializer: type[SparseSerializer], params: Mapping[str, str]) -> set[str] | None:
    """What `fields=a,b` in a URL asks for of these; None without it. Raises ValidationError for a name nobody knows."""
    if PARAMETER not in params:
        return None
    asked = [name for name in params[PARAMETER].split(",") if name]
    known = list(serializer().fields)
    unknown = sorted(set(asked) - set(known))
    if unknown or not asked:
        raise ValidationError({PARAMETER: [f"{', '.join(unknown) or 'Nothing'} is not one of {', '.join(known)}."]})
    return set(asked)
