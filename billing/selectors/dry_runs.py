"""A dry run as people read it: what it supposes, what that changes in the tables, and on recorded usage."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account, Subaccount
from billing.models import DryRun, MarketCountry, MarketTable, RateCard, Rule, RuleSet
from billing.prices.rate_cards import Difference, compare
from billing.proposals.dry_runs import Effect, Place, Revision, effects_of, revisions_of, rows_of
from billing.proposals.what_if import ImpactRow, Proposal
from core.words import in_sentence


@dataclass(frozen=True)
class Lines:
    """What a market table or rule set would change, one line a row of the table."""

    name: str
    added: list[str]
    removed: list[str]
    unchanged: int


@dataclass(frozen=True)
class Named:
    """What changes, with the names of whose it is; the account only where there are several."""

    account: str
    subaccount: str
    currency: str
    effect: Effect


@dataclass(frozen=True)
class Detail:
    """One row that changes, with the names of whose it is."""

    account: str
    subaccount: str
    row: ImpactRow


@dataclass(frozen=True)
class Report:
    """All of a dry run. `totals` are by currency; `details` the greatest of `run.row_count` rows."""

    run: DryRun
    revisions: list[Revision]
    cards: list[tuple[RateCard, Difference]]
    tables: list[Lines]
    totals: list[Named]
    parts: list[Named]
    details: list[Detail]
    resold: bool


def report(run: DryRun, proposal: Proposal) -> Report:
    """Everything there is to say of a dry run so far. Its tenant's scope must be open, or every tenant's."""
    effects = effects_of(run)
    name = _Names(run, list(effects))
    sums: dict[str, Effect] = defaultdict(Effect)
    for place, effect in effects.items():
        sums[place.currency] += effect
    return Report(
        run=run,
        revisions=revisions_of(proposal),
        cards=[(card, compare(card)) for card in proposal.cards],
        tables=_changed_tables(proposal),
        totals=[Named("", "", currency, effect) for currency, effect in sorted(sums.items())],
        parts=[Named(*name(place), place.currency, effect) for place, effect in effects.items()],
        details=[
            Detail(*name(Place(row.account_id, row.subaccount_id, row.currency)), row) for row in rows_of(run)
        ],
        resold=any(effect.sell_amount or effect.sell_amount_then for effect in effects.values()),
    )  # fmt: skip


class _Names:
    """The names of accounts and subaccounts, read once."""

    def __init__(self, run: DryRun, places: list[Place]) -> None:
        accounts = {place.account_id for place in places}
        subaccounts = Subaccount.objects.filter(account__in=accounts, pk__in={place.subaccount_id for place in places})
        self._subaccounts = dict(subaccounts.values_list("id", "name"))
        several = run.account_id is None
        self._accounts = dict(Account.objects.filter(pk__in=accounts).values_list("id", "name")) if several else {}

    def __call__(self, place: Place) -> tuple[str, str]:
        """Account (empty in an account's own dry run) and subaccount."""
        return self._accounts.get(place.account_id, ""), self._subaccounts.get(place.subaccount_id, _("unknown"))


def _changed_tables(proposal: Proposal) -> list[Lines]:
    found = []
    if proposal.markets:
        before = MarketTable.objects.filter(is_active=True).exclude(pk=proposal.markets.pk).first()
        found.append(_compared(_("Markets"), _countries(before), _countries(proposal.markets)))
    if proposal.rules:
        siblings = proposal.rules.siblings().filter(is_active=True).exclude(pk=proposal.rules.pk)
        former = siblings.first() or _rules_before(proposal.rules)
        found.append(_compared(_("Rules"), _rules(former), _rules(proposal.rules)))
    return found


def _rules_before(rules: RuleSet) -> RuleSet | None:
    return RuleSet.objects.filter(is_active=True, effective_from__lt=rules.effective_from).first()


def _compared(name: str, before: set[str], after: set[str]) -> Lines:
    return Lines(name, sorted(after - before), sorted(before - after), len(before & after))


def _countries(table: MarketTable | None) -> set[str]:
    if table is None:
        return set()
    return {_country_words(row) for row in table.countries.all()}


def _country_words(row: MarketCountry) -> str:
    said = {"country": f"{row.country} +{row.calling_code}", "market": row.market, "first": row.valid_from}
    if row.valid_to:
        return _("%(country)s: %(market)s, from %(first)s to %(last)s") % {**said, "last": row.valid_to}
    return _("%(country)s: %(market)s, from %(first)s") % said


def _rules(rules: RuleSet | None) -> set[str]:
    if rules is None:
        return set()
    return {_rule_words(rule) for rule in rules.rules.all()}


def _rule_words(rule: Rule) -> str:
    said = {
        "rule": rule, "charged": rule.free_reason.replace("_", " ") or _("charged"),
        "scope": in_sentence(rule.get_scope_display()), "group": rule.accrual_group, "n": f"{rule.allowance:,}",
    }  # fmt: skip
    if rule.allowance:
        return _("%(rule)s: %(charged)s, counted per %(scope)s as %(group)s, %(n)s free") % said
    return _("%(rule)s: %(charged)s, counted per %(scope)s as %(group)s") % said
