"""The filter bar of the lists of records."""

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any, ClassVar, Self

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from accounts.principal import Principal
from core.filters import query
from core.forms import INPUT, FastTextInput, UnlimitedFilterForm, select
from messaging.log.kinds import PERSON_HINT
from messaging.records.filters import RecordFilterSet
from messaging.records.models import Record
from messaging.records.selectors import visible
from providers.vocabulary import Direction

_NOT_FILTERS = {"range", "from", "to"}
_UNINDEXED = ("status", "direction")


class RecordForm(UnlimitedFilterForm):
    """Period, person, direction, and what a subclass adds under the names of its filters."""

    dataset: ClassVar[str]  # of its exports
    model: ClassVar[type[Record]]
    filterset: ClassVar[type[RecordFilterSet]]
    own: ClassVar[tuple[str, ...]]  # the fields after the period, in their order

    person = forms.CharField(
        label=_("Person"), required=False, max_length=140,
        widget=FastTextInput(
            {**INPUT, "type": "search", "placeholder": _("Number, user id or @username"), "autocomplete": "off"}
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, masked_numbers: bool, **kwargs: Any) -> None:
        """`masked_numbers`: for people who see masked numbers and cannot search by them."""
        self._masked_numbers = masked_numbers
        super().__init__(*args, **kwargs)
        if masked_numbers:
            self.fields["person"].widget.attrs["placeholder"] = PERSON_HINT
        self.fields["direction"] = select(_("Direction"), _("Both directions"), Direction.choices)

    @classmethod
    def of(cls, params: QueryDict, by: Principal, today: date, **choices: Any) -> Self:
        """The filter bar for a principal. `choices`: what a subclass needs besides."""
        return cls(
            params, today=today, subaccounts={each.code: each.name for each in by.reach.visible},
            masked_numbers=not by.may(Permission.VIEW_NUMBERS), **choices,
        )  # fmt: skip

    def clean_person(self) -> str:
        """Refuse what identifies nobody."""
        person: str = self.cleaned_data["person"]
        if person and (reason := self.filterset.person_problem(person, masked_numbers=self._masked_numbers)):
            raise forms.ValidationError(reason)
        return person

    @property
    def is_counted(self) -> bool:
        """Whether an index leads to the rows of a valid form: else counting may read the whole period."""
        return not any(self.cleaned_data.get(name) for name in _UNINDEXED)

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The fields after the period."""
        return [self[name] for name in self.own]

    @property
    def export_query(self) -> str:
        """The filters as the URL query of a new export."""
        return query(self.params, {"dataset": self.dataset})

    def filters(self, zone: tzinfo) -> dict[str, Any]:
        """The values of a valid form, by the names of `RecordFilterSet`, with days of this zone."""
        values: Mapping[str, Any] = self.cleaned_data
        result = {
            name: [value] if name in self.filterset.repeatable else value
            for name, value in values.items()
            if value and name not in _NOT_FILTERS
        }
        if not self.any_time:
            start, end = self.period.moments(zone)
            result["created_after"], result["created_before"] = start.isoformat(), end.isoformat()
        return result

    def rows(self, by: Principal, zone: tzinfo) -> QuerySet[Any]:
        """The records that a valid form selects, of those that the principal sees."""
        return self.filterset.of(self.filters(zone), visible(self.model, by), by).validated_rows()
