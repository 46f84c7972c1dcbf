"""The filters of a page, as its URL has them, as the filters of an export."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, QueryDict

from accounts.enums import Permission
from accounts.principal import Principal
from archive.enums import Dataset
from billing.forms.report import CostForm
from billing.selectors import cost_totals
from core.counting import count_up_to
from core.forms import FilterForm
from messaging.calls.filters import CallForm
from messaging.legs.filters import LegForm
from messaging.log.forms.log import LogForm, TrafficForm
from messaging.log.query import MessageQuery, write_words
from messaging.log.selectors.channels import channels, named_templates
from messaging.log.selectors.matching import matching
from messaging.records.forms import RecordForm

AT_ONCE = 5_000  # rows that are exported within the request


@dataclass(frozen=True)
class PageQuery:
    """A page's filter form and, if it is valid, what the filters mean."""

    by: Principal
    zone: ZoneInfo
    dataset: str
    form: FilterForm

    @property
    def valid(self) -> bool:
        """Whether the filters can be read. Raises Http404 for an unknown channel or template."""
        if self.form.is_valid():
            return True
        if self.form.unknown_object:
            raise Http404("No such channel or template.")
        return False

    @property
    def message_query(self) -> MessageQuery:
        """The query of the log."""
        assert isinstance(self.form, LogForm)
        return self.form.query(self.by.reach, self.zone)

    @property
    def filters(self) -> dict[str, Any]:
        """The filters as an export stores them, without its subaccounts, which it stores separately."""
        form = self.form
        if isinstance(form, LogForm):
            return write_words(self.message_query)
        if isinstance(form, RecordForm):
            return form.filters(self.zone)
        filters: dict[str, Any] = form.span()
        if isinstance(form, TrafficForm):
            traffic = {name: getattr(form, name) for name in ("phone_number_id", "template_ids")}
            traffic["country"] = form.cleaned_data["country"]
            return filters | {name: value for name, value in traffic.items() if value}
        assert isinstance(form, CostForm)
        filters |= {name: value for name, value in vars(form.cost_filter(None)).items() if value}
        return filters | ({"group_by": list(form.groups)} if self.dataset == Dataset.COSTS else {})

    @property
    def words(self) -> list[tuple[str, str]]:
        """The filters as people read them, without the period and the grouping."""
        own = [pill for pill in self.form.pills if pill.name not in {"range", "group_by"}]
        return [(str(pill.label), str(pill.value)) for pill in own]

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The start and the end of the period."""
        if isinstance(self.form, LogForm):
            query = self.message_query
            return query.created_after, query.created_before
        if isinstance(self.form, RecordForm) and self.form.any_time:
            return None, None
        return self.form.period.moments(self.zone)

    def is_small(self) -> bool:
        """Whether there are few enough rows to export them within the request."""
        if isinstance(self.form, LogForm):
            return count_up_to(matching(self.by.account, self.message_query), AT_ONCE) <= AT_ONCE
        if self.dataset == Dataset.CHARGES:
            assert isinstance(self.form, CostForm)
            period = self.form.period
            totals = cost_totals(
                self.by.account, period.start, period.end, self.form.cost_filter(self.by.subaccount_ids)
            )
            return sum(row.delivered for row in totals) <= AT_ONCE
        if isinstance(self.form, RecordForm):
            return count_up_to(self.form.rows(self.by, self.zone), AT_ONCE) <= AT_ONCE
        return True


def page_query(by: Principal, dataset: str, params: QueryDict, *, zone: ZoneInfo) -> PageQuery:
    """The filters of the dataset's page."""
    account, reach = by.account, by.reach
    subaccounts = {subaccount.code: subaccount.name for subaccount in reach.visible}
    form: FilterForm
    if dataset == Dataset.MESSAGES:
        form = LogForm(
            params, today=datetime.now(zone).date(), subaccounts=subaccounts, channels=channels(account, reach.ids),
            templates=named_templates(account, reach.ids), masked_numbers=not by.may(Permission.VIEW_NUMBERS),
        )  # fmt: skip
    elif dataset == Dataset.USAGE:
        form = TrafficForm(
            params, today=datetime.now(zone).date(), subaccounts=subaccounts, channels=channels(account, reach.ids),
            templates=named_templates(account, reach.ids),
        )  # fmt: skip
    elif dataset == Dataset.OTHER_CHANNELS:
        form = LegForm.of(params, by, datetime.now(zone).date())
    elif dataset == Dataset.CALLS:
        form = CallForm.of(params, by, datetime.now(zone).date())
    else:
        form = CostForm(params, by)
    return PageQuery(by, zone, dataset, form)
