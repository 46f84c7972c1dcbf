"""The price pages: prices in force, imports, dry runs, activation, and own prices."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.access import LimitedReach, MissingPermission, TenantRequest, requires
from accounts.enums import Permission
from billing.enums import Book
from billing.forms.prices import ImportForm, SellForm, WhatIfForm
from billing.models import DryRun, MarketTable, RuleSet
from billing.notices import price_notices
from billing.price_access import PriceAccess, price_page
from billing.prices.rate_cards import former_of, gaps_of
from billing.proposals import dry_runs
from billing.proposals.corrections import save_sell_terms
from billing.selectors import billing_zone, cost_totals
from billing.selectors.dry_runs import report
from billing.selectors.prices import (
    CardRow,
    RevisionState,
    card_rows,
    currencies_of,
    market_overview,
    price_list,
    rated_months,
    rates_of,
    rule_sets,
    sell_terms,
    waiting_buckets,
)
from billing.selectors.unrated import Unrated, unrated
from core.errors import UserError

SHOWN_RUNS = 20


@price_page()
def cards(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """The rate cards by currency: drafts, in force, upcoming and past."""
    rows = card_rows(access.cards(), timezone.localdate())

    def rows_in(*states: RevisionState) -> list[CardRow]:
        return [row for row in rows if row.state in states]

    context = {
        "notices": price_notices(access.account) if access.account else [],
        "drafts": [("card", row.card, access.may_approve(row.card)) for row in rows_in(RevisionState.DRAFT)]
        + [("markets", table, True) for table in access.drafts(MarketTable)]
        + [("rules", table, True) for table in access.drafts(RuleSet)],
        "in_force": rows_in(RevisionState.IN_FORCE),
        "coming": rows_in(RevisionState.COMING),
        "before": [*rows_in(RevisionState.PAST), *rows_in(RevisionState.SUPERSEDED)],
    }
    return _render(request, access, "cards", context)


@price_page()
def card(request: HttpRequest, access: PriceAccess, card_id: int) -> HttpResponse:
    """One rate card: its prices and its gaps."""
    rate_card = get_object_or_404(access.cards(), pk=card_id)
    (row,) = card_rows(access.cards().filter(pk=card_id), timezone.localdate())
    categories, markets = price_list(rate_card)
    market, category = request.GET.get("market", ""), request.GET.get("category", "")
    names = [name for name, _ in markets]
    if (market and market not in names) or (category and category not in categories):
        raise Http404("No such market or category in this card.")
    context = {
        "card": rate_card, "row": row, "categories": categories, "markets": markets, "names": names, "market": market,
        "category": category, "rates": rates_of(rate_card, market, category) if market or category else [],
        "lacks": gaps_of(rate_card), "former": former_of(rate_card), "decides": access.may_approve(rate_card),
    }  # fmt: skip
    return _render(request, access, "card", context)


@price_page()
def markets(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """The market of each country, today and at other times."""
    tables = access.tables(MarketTable)
    pk = request.GET.get("table", "")
    matching = tables.filter(pk=pk if pk.isdecimal() else 0) if pk else tables.filter(is_active=True)
    table = get_object_or_404(matching)
    context = {"overview": market_overview(table, timezone.localdate()), "tables": tables}
    return _render(request, access, "markets", context)


@price_page()
def rules(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """The rules: which messages are free, and how the others are counted."""
    return _render(request, access, "rules", {"sets": rule_sets(access.tables(RuleSet), timezone.localdate())})


@price_page(may_manage=True)
def import_file(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """Upload a price file, which becomes a draft, and start a dry run of it."""
    form = ImportForm(request.POST or None, request.FILES or None, access=access, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid() and (proposal := form.save()):
        run = dry_runs.start(proposal, account=form.account, by=access.principal)
        return redirect("billing:dry_run", run.pk)
    return _render(request, access, "import", {"form": form})


@price_page(may_manage=True)
def what_if(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """Start a what-if of some months; lists earlier dry runs."""
    months = rated_months(access.account)
    form = WhatIfForm(
        request.POST or None, months=months, cards=access.cards().order_by("currency", "-effective_from", "-revision"),
        rules=access.tables(RuleSet), markets=access.tables(MarketTable), initial=request.GET.dict(),
    )  # fmt: skip
    if request.method == "POST" and months and form.is_valid():
        first, last = form.months
        run = dry_runs.start(form.proposal, account=access.account, by=access.principal, first=first, last=last)
        return redirect("billing:dry_run", run.pk)
    context = {"form": form, "months": months, "runs": access.dry_runs()[:SHOWN_RUNS]}
    return _render(request, access, "what_if", context)


@price_page(may_manage=True)
def dry_run(request: HttpRequest, access: PriceAccess, run_id: int) -> HttpResponse:
    """A dry run. The page polls until it is computed, and after activation until the messages are rated."""
    run = get_object_or_404(access.dry_runs(), pk=run_id)
    context: dict[str, Any] = {"run": run, "waiting": waiting_buckets(run.account) if run.applied_at else 0}
    try:
        results = report(run, dry_runs.proposal_of(run))
    except dry_runs.DraftDiscarded as error:
        context["discarded"] = str(error)
    else:
        decidable = dry_runs.is_decidable(run) and _may_decide(access, run)
        context |= {"report": results, "decidable": decidable, "drafts": bool(results.revisions)}
    partial = request.htmx  # type: ignore[attr-defined]
    return _render(request, access, "_dry_run" if partial else "dry_run", context)


@price_page(may_manage=True)
def apply(request: HttpRequest, access: PriceAccess, run_id: int) -> HttpResponse:
    """Confirm, then put the proposal in force."""
    run = _run_to_decide(access, run_id)
    if request.method == "POST":
        try:
            dry_runs.apply(run, by=access.principal)
        except UserError as error:
            messages.error(request, str(error))
        return redirect("billing:dry_run", run.pk)
    return _decision(request, access, "apply", run)


@price_page(may_manage=True)
def discard(request: HttpRequest, access: PriceAccess, run_id: int) -> HttpResponse:
    """Confirm, then delete the dry run and its drafts."""
    run = _run_to_decide(access, run_id)
    if request.method == "POST":
        try:
            dry_runs.discard(run, by=access.principal)
        except UserError as error:
            messages.error(request, str(error))
            return redirect("billing:dry_run", run.pk)
        messages.success(request, gettext("The draft has been deleted."))
        return redirect("billing:cards")
    return _decision(request, access, "discard", run)


@require_POST
@price_page(may_manage=True)
def try_draft(request: HttpRequest, access: PriceAccess, kind: str, draft_id: int) -> HttpResponse:
    """Start a dry run of a draft."""
    drafts: dict[str, Any] = {
        "card": access.cards(),
        "rules": access.tables(RuleSet),
        "markets": access.tables(MarketTable),
    }
    if kind not in drafts:
        raise Http404("No such kind of draft.")
    draft = get_object_or_404(drafts[kind], pk=draft_id)
    if not draft.is_draft or not access.may_approve(draft):
        raise PermissionDenied(gettext("Only people who can activate this draft can try it out."))
    return redirect("billing:dry_run", dry_runs.start_draft(draft, by=access.principal).pk)


@require_POST
@price_page(may_manage=True)
def try_again(request: HttpRequest, access: PriceAccess, run_id: int) -> HttpResponse:
    """Start the same dry run again on the present usage."""
    run = get_object_or_404(access.dry_runs(), pk=run_id)
    try:
        return redirect("billing:dry_run", dry_runs.repeat(run, by=access.principal).pk)
    except dry_runs.DraftDiscarded as error:
        messages.error(request, str(error))
        return redirect("billing:dry_run", run.pk)


def _decision(request: HttpRequest, access: PriceAccess, name: str, run: DryRun) -> HttpResponse:
    return _render(request, access, name, {"report": report(run, dry_runs.proposal_of(run)), "run": run})


def _run_to_decide(access: PriceAccess, run_id: int) -> DryRun:
    run = get_object_or_404(access.dry_runs(), pk=run_id)
    if not _may_decide(access, run):
        raise PermissionDenied(gettext("Only people who set these prices can do this."))
    return run


def _may_decide(access: PriceAccess, run: DryRun) -> bool:
    """Whether the principal may approve all revisions; without revisions, whether they manage prices of that usage."""
    revisions = dry_runs.revisions_of(dry_runs.proposal_of(run))
    if not revisions:
        return access.operator or run.account == access.account
    return all(access.may_approve(revision) for revision in revisions)


@price_page()
def own_prices(request: HttpRequest, access: PriceAccess) -> HttpResponse:
    """The account's own prices for its customers, and its margin."""
    account = access.account
    if account is None:
        raise Http404("Operators without an account do not have own prices.")
    if access.limited:
        raise LimitedReach(gettext("This page is about the whole account."))
    today, currencies = timezone.localdate(), currencies_of(account)
    form = SellForm(
        request.POST or None, account=account, currencies=currencies, initial={"effective_from": today.isoformat()}
    )
    if request.method == "POST":
        if not access.may_manage:
            raise MissingPermission(Permission.MANAGE_PRICES)
        if form.is_valid():
            buckets = save_sell_terms(form.instance, by=access.principal)
            messages.success(
                request,
                gettext("Prices saved. Deliveries from that day on are being rated again.")
                if buckets
                else gettext("Prices saved."),
            )
            return redirect("billing:own_prices")
    context = {
        "form": form, "currencies": currencies, "today": today, "terms": sell_terms(account, today),
        "sales": [row for row in cost_totals(account, today.replace(day=1), today) if row.resale],
        "waiting": waiting_buckets(account),
        "has_card": access.cards().filter(account=account, book=Book.SELL, is_active=True).exists(),
    }  # fmt: skip
    return _render(request, access, "own_prices", context)


@requires(Permission.VIEW_COSTS)
def unrated_messages(request: TenantRequest) -> HttpResponse:
    """Delivered messages without a price, with reasons and remedies."""
    rows = unrated(request.account, request.principal.subaccount_ids)
    context = {
        "rows": [(row, _log_link(request, row)) for row in rows],
        "messages_in_all": sum(row.messages for row in rows),
        "zone": billing_zone(request.account),
    }
    return render(request, "billing/prices/unrated.html", context)


def _log_link(request: TenantRequest, row: Unrated) -> str:
    """The link to these messages in the log, as closely as its filters allow."""
    subaccount = request.principal.reach.selected
    filters = {
        "direction": "outbound", "from": str(row.first_day), "to": str(row.last_day), "country": row.country,
        "category": row.category, "subaccount": subaccount.code if subaccount else "",
    }  # fmt: skip
    params = [(name, value) for name, value in filters.items() if value]
    return f"{reverse('log:log')}?{urlencode([*params, ('status', 'delivered'), ('status', 'read')])}"


def _render(request: HttpRequest, access: PriceAccess, page: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, f"billing/prices/{page}.html", {"access": access, "page": page, **context})
