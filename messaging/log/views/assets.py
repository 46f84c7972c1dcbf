"""The pages of templates and phone numbers: state, announced changes, deliveries and cost."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import TenantRequest, requires
from accounts.enums import Permission
from core.periods import named_period
from core.zones import current_zone
from messaging.log.assets.changes import change_entry, limit, limit_short
from messaging.log.assets.drift import Drift, drifts
from messaging.log.charts import delivered_by_category, outcomes_by_day, rate_by_day
from messaging.log.forms.log import TemplateForm
from messaging.log.models import Change, Template
from messaging.log.selectors import assets, volumes
from messaging.log.selectors.health import health, template_node
from messaging.log.selectors.traffic import TrafficFilter, traffic
from messaging.log.story.rendering import render_template_text
from providers.vocabulary import Entity, Subject

_DRIFT_SHOWN = timedelta(days=90)
_DAYS = 30


@requires(Permission.VIEW_MESSAGES)
def template_list(request: TenantRequest) -> HttpResponse:
    """All templates."""
    account, ids = request.account, request.principal.subaccount_ids
    form = TemplateForm(request.GET, languages=assets.languages(account))
    form.full_clean()
    cleaned = form.cleaned_data
    criteria = assets.TemplateFilter(search=cleaned.pop("q", ""), **cleaned)
    templates = assets.templates(account, ids, criteria) if form.is_valid() else []
    month = volumes.running_month(account)
    sums = volumes.by_template(account, ids, month)
    last = assets.last_changes(account, Subject.TEMPLATE, [template.pk for template in templates])
    context = {
        "form": form,
        "rows": [
            (
                template,
                sums.get(volumes.key_of(template)),
                change_entry(last[template.pk]) if template.pk in last else None,
            )
            for template in templates
        ],
        "month": month,
        "most": assets.MOST if len(templates) == assets.MOST else 0,
        "nothing_yet": not templates and form.is_valid() and not form.pills,
    }
    return render(request, "log/templates.html", context)


@requires(Permission.VIEW_MESSAGES)
def template_page(request: TenantRequest, template_id: int) -> HttpResponse:
    """One template."""
    account, ids = request.account, request.principal.subaccount_ids
    template = get_object_or_404(assets.all_templates(account, ids), pk=template_id)
    changes = assets.timeline(account, [(Subject.TEMPLATE, template.pk, None)])
    timeline = [change_entry(change) for change in changes]
    month = volumes.running_month(account)
    days = volumes.days_until(month.today, _DAYS)
    start = min(days[0], month.first)
    rows = volumes.of_template(account, ids, template, start, month.today, "day", "category")
    volume = volumes.Volume()
    for row in rows:
        if row.keys["day"] >= month.first:
            volume.add(row)
    period = named_period(f"{_DAYS}d", timezone.localdate())
    counted = traffic(account, period, current_zone(), TrafficFilter(ids, template_ids=[template.pk]))
    context = {
        "template": template,
        "counted": counted.total,
        "rate": rate_by_day(counted.days, timeline, template=template.name),
        "node": template_node(template, template.waba.portfolio_id),
        "parts": render_template_text(template, []),
        "timeline": timeline,
        "month": month,
        "volume": volume,
        "chart": delivered_by_category([row for row in rows if row.keys["day"] >= days[0]], days, template.name),
        "log_link": _log(template=template.name, range="30d"),
    }
    if request.principal.may(Permission.VIEW_COSTS):
        context["drifts"] = _drifts(request, template, changes)
    return render(request, "log/template.html", context)


def _drifts(request: TenantRequest, template: Template, changes: list[Change]) -> list[Drift]:
    move = assets.category_moved(changes, timezone.now() - _DRIFT_SHOWN)
    if move is None:
        return []
    account, ids = request.account, request.principal.subaccount_ids
    old, new, since = move.old.lower(), move.new.lower(), timezone.localdate(move.at, ZoneInfo(template.waba.time_zone))
    own = volumes.of_template(account, ids, template, since, volumes.running_month(account).today, "market", "category")
    return drifts(old, new, since, own=own, all_rows=volumes.of_category(account, ids, old, since))


@requires(Permission.VIEW_MESSAGES)
def number_list(request: TenantRequest) -> HttpResponse:
    """All phone numbers."""
    account, ids = request.account, request.principal.subaccount_ids
    numbers = list(assets.numbers(account, ids))
    month = volumes.running_month(account)
    sums = volumes.by_number(account, ids, month)
    last = assets.last_changes(account, Subject.PHONE_NUMBER, [number.pk for number in numbers])
    nodes = {node.pk: node for node in health(account, ids, timezone.now()).of(Entity.PHONE_NUMBER)}
    rows = [
        (
            number, nodes[number.pk], sums.get((number.provider, number.provider_number_id)),
            limit_short(number.messaging_limit),
            change_entry(last[number.pk]) if number.pk in last else None,
        )
        for number in numbers
    ]  # fmt: skip
    return render(request, "log/numbers.html", {"rows": rows, "month": month})


@requires(Permission.VIEW_MESSAGES)
def number_page(request: TenantRequest, number_id: int) -> HttpResponse:
    """One phone number."""
    account, ids = request.account, request.principal.subaccount_ids
    number = get_object_or_404(assets.numbers(account, ids), pk=number_id)
    current = health(account, ids, timezone.now())
    node = next(node for node in current.of(Entity.PHONE_NUMBER) if node.pk == number.pk)
    period = named_period(f"{_DAYS}d", timezone.localdate())
    counted = traffic(account, period, current_zone(), TrafficFilter(subaccount_ids=ids, phone_number_id=number.pk))
    month = volumes.running_month(account)
    # Since October 2025 the limit is the portfolio's, and its WABAs report it.
    limits = (Subject.WABA, number.waba_id, ["messaging_limit"])
    timeline = [
        change_entry(change) for change in assets.timeline(account, [(Subject.PHONE_NUMBER, number.pk, None), limits])
    ]
    context: dict[str, Any] = {
        "number": number,
        "nodes": [
            parent for parent in current.with_parents(node) if parent.can_send != "AVAILABLE" or parent.state.info
        ]
        or [node],
        "limit": limit(number.messaging_limit),
        "timeline": timeline,
        "month": month,
        "volume": volumes.by_number(account, ids, month).get(
            (number.provider, number.provider_number_id), volumes.Volume()
        ),
        "counted": counted.total,
        "rate": rate_by_day(counted.days, timeline, channel=number.provider_number_id),
        "chart": outcomes_by_day(counted.days, number.provider_number_id),
        "log_link": _log(channel=number.provider_number_id, range="30d"),
    }
    return render(request, "log/number.html", context)


def _log(**params: str) -> str:
    return f"{reverse('log:log')}?{urlencode(params)}"
