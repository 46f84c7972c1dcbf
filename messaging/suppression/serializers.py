"""REST: the bodies of the suppression list."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.bodies import StrictSerializer
from core.links import PageSerializer
from core.sparse import SparseSerializer
from messaging.persons.enums import IdentityKind
from messaging.suppression.enums import ERASED, Source
from messaging.suppression.models import Suppression, SuppressionEvent
from messaging.suppression.selectors.entries import displayed_person, history_of


class SuppressionSerializer(SparseSerializer, serializers.ModelSerializer[Suppression]):
    """An entry of the suppression list."""

    # The context has `whole` (whether full numbers are visible), `events` and `stops` by entry id.

    msisdn = serializers.SerializerMethodField(help_text="Digits; masked without msisdn:read. Empty without a number.")
    user_id = serializers.SerializerMethodField(help_text="Masked without msisdn:read. Empty without one.")
    scope = serializers.SerializerMethodField(help_text="What is stopped: always `marketing`.")
    is_stopped = serializers.SerializerMethodField(
        help_text="Whether marketing is refused now; also false if another identity of the person lifted it."
    )
    since = serializers.DateTimeField(source="changed_at", help_text="The last stop or lifting.")
    source = serializers.SerializerMethodField()  # type: ignore[assignment] # the name of a field
    reason = serializers.SerializerMethodField()
    actor = serializers.SerializerMethodField(help_text="Who did it, if not the person.")

    class Meta:
        model = Suppression
        fields: tuple[str, ...] = (
            "id", "msisdn", "user_id", "scope", "is_stopped", "since", "source", "reason", "actor",
        )  # fmt: skip

    def get_msisdn(self, entry: Suppression) -> str:
        """The number."""
        return self._person(entry) if entry.kind == IdentityKind.NUMBER else ""

    def get_user_id(self, entry: Suppression) -> str:
        """The user id or parent id."""
        return self._person(entry) if entry.kind not in {IdentityKind.NUMBER, ERASED} else ""

    def _person(self, entry: Suppression) -> str:
        return displayed_person(entry, whole=self.context["whole"])

    def get_scope(self, entry: Suppression) -> str:
        """What is stopped."""
        return "marketing"

    def get_is_stopped(self, entry: Suppression) -> bool:
        """Whether it counts."""
        return entry.pk in self.context["stops"]

    @extend_schema_field(serializers.ChoiceField(Source.choices, allow_null=True))
    def get_source(self, entry: Suppression) -> str | None:
        """Of the last stop or lifting; null for an erased person."""
        return event.source if (event := self._event(entry)) else None

    def get_reason(self, entry: Suppression) -> str:
        """The reason of the last stop or lifting."""
        return event.reason if (event := self._event(entry)) else ""

    def get_actor(self, entry: Suppression) -> str:
        """Who did it."""
        return event.actor if (event := self._event(entry)) else ""

    def _event(self, entry: Suppression) -> SuppressionEvent | None:
        event: SuppressionEvent | None = self.context["events"].get(entry.pk)
        return event


class SuppressionEventSerializer(serializers.ModelSerializer[SuppressionEvent]):
    """A stop or its lifting."""

    class Meta:
        model = SuppressionEvent
        fields = ("at", "action", "source", "reason", "actor")


class SuppressionDetailSerializer(SuppressionSerializer):
    """An entry with its history."""

    history = serializers.SerializerMethodField()

    class Meta(SuppressionSerializer.Meta):
        fields = (*SuppressionSerializer.Meta.fields, "history")

    @extend_schema_field(SuppressionEventSerializer(many=True))
    def get_history(self, entry: Suppression) -> Any:
        """The events, newest first."""
        return SuppressionEventSerializer(history_of(entry), many=True).data


class SuppressionPageSerializer(PageSerializer):
    """A page of entries with links to the next and previous pages."""

    results = SuppressionSerializer(many=True)


class StopSerializer(StrictSerializer):
    """A person to stop marketing to."""

    person = serializers.CharField(max_length=160, help_text="A number with its country code, or a user id.")
    reason = serializers.CharField(max_length=255, required=False, allow_blank=True, default="")


class LiftSerializer(serializers.Serializer[Any]):
    """The parameters of a lifting."""

    reason = serializers.CharField(max_length=255, required=False, default="", help_text="It stays in the history.")


class CsvSerializer(StrictSerializer):
    """A CSV to import."""

    csv = serializers.CharField(
        max_length=10 * 1024 * 1024, trim_whitespace=False,
        help_text="The text of the file; its columns are those of the page.",
    )  # fmt: skip


class RowProblemSerializer(serializers.Serializer[Any]):
    """A row that was not imported."""

    row = serializers.IntegerField(source="line", help_text="The header is row 1.")
    person = serializers.CharField(source="text")
    problem = serializers.CharField(help_text="With the remedy.")


class ImportResultSerializer(serializers.Serializer[Any]):
    """The result of an import."""

    added = serializers.IntegerField()
    already = serializers.IntegerField(help_text="Persons who were on the list.")
    problems = RowProblemSerializer(many=True)
