"""The filters of the log over REST, from their declarations: parameters of a list, and an object in a body."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models import Account
from core.bodies import StrictSerializer
from core.filters import BLANK
from core.filtersets import CURSORS, param_errors
from messaging.log.declaration import Filter
from messaging.log.models import Message
from messaging.log.query import MessageQuery, build, filters, parse, problems
from messaging.log.selectors.log import with_names
from messaging.log.selectors.matching import matching


class MessageList:
    """The messages that the parameters of a URL select, within the caller's reach."""

    def __init__(self, params: QueryDict, account: Account, **reach: Any) -> None:
        self._params, self._account, self._reach = params, account, reach

    def validated_rows(self) -> QuerySet[Message]:
        """The messages, with people's names for those who see numbers.

        Raises ValidationError naming the parameters that are wrong.
        """
        query = self.query()
        rows = matching(self._account, query)
        return rows if query.masked_numbers else with_names(rows)

    def query(self) -> MessageQuery:
        """Return the query. Raises ValidationError."""
        declared = filters()
        several = {name for name, declaration in declared.items() if declaration.kind.several}
        errors = param_errors(self._params, declared, several)
        texts = {name: values if name in several else values[-1] for name, values in self._params.lists()}
        values, problems_by_name = parse({name: text for name, text in texts.items() if name not in errors})
        if errors or problems_by_name:
            raise ValidationError({**errors, **problems_by_name})
        return checked_query(values, **self._reach)


def message_parameters() -> list[OpenApiParameter]:
    """The filters as the OpenAPI schema describes them."""
    own = [OpenApiParameter(name, source.kind.schema, description=source.help) for name, source in filters().items()]
    return own + CURSORS


class FilterField(serializers.Field[Any, Any, Any, Any]):
    """A filter's value in a body, or one of its values: a text or a whole number."""

    def __init__(self, source: Filter, **options: Any) -> None:
        super().__init__(**options)
        self._filter = source
        schema = source.kind.schema
        set_override(self, "field", schema.get("items", schema))

    def to_internal_value(self, data: Any) -> Any:
        """The value. Raises ValidationError."""
        if not isinstance(data, str | int) or isinstance(data, bool):
            raise ValidationError("Provide a string or a whole number.")
        several = self._filter.kind.several
        try:
            value = self._filter.parse([str(data)] if several else str(data))
        except forms.ValidationError as error:
            raise ValidationError(error.messages) from None
        return value[0] if several else value


class MessageQuerySerializer(StrictSerializer):
    """The filters of the list of messages, combined with AND; several `status` with OR."""

    def get_fields(self) -> dict[str, Any]:
        """One for each filter."""
        return {name: _field(source) for name, source in filters().items()}


def _field(source: Filter) -> serializers.Field[Any, Any, Any, Any]:
    options: dict[str, Any] = {"required": False, "help_text": source.help}
    if not source.kind.several:
        return FilterField(source, **options)
    return serializers.ListField(
        child=FilterField(source), allow_empty=False, error_messages={"empty": BLANK}, **options
    )


def checked_query(values: Mapping[str, Any], **reach: Any) -> MessageQuery:
    """Return the query of parsed values. Raises ValidationError naming the filters whose value is refused."""
    query = build(values, **reach)
    if reasons := problems(query):
        raise ValidationError({name: [reason] for name, reason in reasons.items()})
    return query
