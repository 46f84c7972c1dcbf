"""The filters of the log over REST: as parameters of a list, and as an object in a body. Both read the declarations."""

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
from messaging.log.selectors.matching import matching


class MessageList:
    """The messages that the parameters of a URL select, within the caller's reach."""

    def __init__(self, params: QueryDict, account: Account, **reach: Any) -> None:
        self._params, self._account, self._reach = params, account, reach

    def validated_rows(self) -> QuerySet[Message]:
        """The messages. Raises ValidationError naming the parameters that are wrong."""
        return matching(self._account, self.query())

    def query(self) -> MessageQuery:
        """Return the query. Raises ValidationError."""
        declared = filters()
        several = {name for name, each in declared.items() if each.kind.several}
        errors = param_errors(self._params, declared, several)
        texts = {name: values if name in several else values[-1] for name, values in self._params.lists()}
        words, wrong = parse({name: text for name, text in texts.items() if name not in errors})
        if errors or wrong:
            raise ValidationError({**errors, **wrong})
        return checked_query(words, **self._reach)


def message_parameters() -> list[OpenApiParameter]:
    """The filters as the OpenAPI schema describes them."""
    own = [OpenApiParameter(name, each.kind.schema, description=each.help) for name, each in filters().items()]
    return own + CURSORS


class FilterField(serializers.Field[Any, Any, Any, Any]):
    """A filter's value in a body, or one of its values: a text or a whole number."""

    def __init__(self, source: Filter, **about: Any) -> None:
        super().__init__(**about)
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
        except forms.ValidationError as wrong:
            raise ValidationError(wrong.messages) from None
        return value[0] if several else value


class MessageQuerySerializer(StrictSerializer):
    """The filters of the list of messages, combined with AND; several `status` with OR."""

    def get_fields(self) -> dict[str, Any]:
        """One for each filter."""
        return {name: _field(each) for name, each in filters().items()}


def _field(source: Filter) -> serializers.Field[Any, Any, Any, Any]:
    about: dict[str, Any] = {"required": False, "help_text": source.help}
    if not source.kind.several:
        return FilterField(source, **about)
    return serializers.ListField(child=FilterField(source), allow_empty=False, error_messages={"empty": BLANK}, **about)


def checked_query(words: Mapping[str, Any], **reach: Any) -> MessageQuery:
    """Return the query of parsed values. Raises ValidationError naming the filters whose value is refused."""
    query = build(words, **reach)
    if wrong := problems(query):
        raise ValidationError({name: [reason] for name, reason in wrong.items()})
    return query
