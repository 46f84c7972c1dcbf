"""The list of records as a page."""

from collections.abc import Mapping
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.http import Http404

from accounts.access import TenantRequest
from core.counting import count_up_to, format_count
from core.paging import page
from core.zones import current_zone
from messaging.records.forms import RecordForm
from messaging.records.models import Record
from messaging.records.selectors import PAGE_SIZE


def list_context(request: TenantRequest, form: RecordForm, *related: str) -> dict[str, Any]:
    """The context of records/list.html: the form and, if it is valid, the page with these related rows.

    Raises Http404 for objects that the account does not have.
    """
    context: dict[str, Any] = {"form": form, "params": form.params}
    if form.is_valid():
        rows = form.rows(request.principal, current_zone()).select_related("subaccount", *related)
        context["page"] = page(rows, request.GET.dict(), size=PAGE_SIZE)
        context["count"] = format_count(count_up_to(rows)) if form.is_counted else ""
    elif form.unknown_object:
        raise Http404("No such number.")
    context["unfiltered"] = not form.errors and not form.pills
    return context


def known_times(record: Record, labels: Mapping[str, str]) -> list[tuple[str, datetime]]:
    """The times of a record that are known, by their labels, in the order in which they happened."""
    times = [(label, at) for name, label in labels.items() if (at := getattr(record, name))]
    return sorted(times, key=itemgetter(1))
