"""The report of a dry run: the proposal, and its effect on the tables and on recorded usage."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Account, Subaccount
from billing.models import DryRun, MarketCountry, MarketTable, RateCard, Rule, RuleSet
from billing.prices.rate_cards import CardDifference, compare
from billing.proposals.dry_runs import Effect, EffectKey, Revision, effects_of, revisions_of, rows_of
from billing.proposals.what_if import ImpactRow, Proposal
from core.words import in_sentence


@dataclass(frozen=True)
class TableChanges:
    """The rows that a new market table or rule set adds and removes, in words."""

    name: str
    added: list[str]
    removed: list[str]
    unchanged: int


@dataclass(frozen=True)
class NamedEffect:
    """An effect with the names of its account and subaccount; the account only if there are several."""

    account: str
    subaccount: str
    currency: str
    effect: Effect


@dataclass(frozen=True)
class NamedRow:
    """A changed row with the names of its account and subaccount."""

    account: str
    subaccount: str
    row: ImpactRow


@dataclass(frozen=True)
class DryRunReport:
    """The results of a dry run. `totals` are by currency; `details` are the largest of `run.row_count` rows."""

    run: DryRun
    revisions: list[Revision]
    cards: list[tuple[RateCard, CardDifference]]
    tables: list[TableChanges]
    totals: list[NamedEffect]
    parts: list[NamedEffect]
    details: list[NamedRow]
    resold: bool


def report(run: DryRun, proposal: Proposal) -> DryRunReport:
    """The results of a dry run so far. Needs its tenant's scope, or every tenant's."""
    effects = effects_of(run)
    name = _Names(run, list(effects))
    sums: dict[str, Effect] = defaultdict(Effect)
    for key, effect in effects.items():
        sums[key.currency] += effect
    return DryRunReport(
        run=run,
        revisions=revisions_of(proposal),
        cards=[(card, compare(card)) for card in proposal.cards],
        tables=_changed_tables(proposal),
        totals=[NamedEffect("", "", currency, effect) for currency, effect in sorted(sums.items())],
        parts=[NamedEffect(*name(key), key.currency, effect) for key, effect in effects.items()],
        details=[
            NamedRow(*name(EffectKey(row.account_id, row.subaccount_id, row.currency)), row) for row in rows_of(run)
        ],
        resold=any(effect.sell_amount or effect.sell_amount_then for effect in effects.values()),
    )  # fmt: skip


class _Names:
    """The names of accounts and subaccounts, read once."""

    def __init__(self, run: DryRun, keys: list[EffectKey]) -> None:
        accounts = {key.account_id for key in keys}
        subaccounts = Subaccount.objects.filter(account__in=accounts, pk__in={key.subaccount_id for key in keys})
        self._subaccounts = dict(subaccounts.values_list("id", "name"))
        several = run.account_id is None
        self._accounts = dict(Account.objects.filter(pk__in=accounts).values_list("id", "name")) if several else {}

    def __call__(self, key: EffectKey) -> tuple[str, str]:
        """Account (empty in an account's own dry run) and subaccount."""
        return self._accounts.get(key.account_id, ""), self._subaccounts.get(key.subaccount_id, _("unknown"))


def _changed_tables(proposal: Proposal) -> list[TableChanges]:
    changes = []
    if proposal.markets:
        before = MarketTable.objects.filter(is_active=True).exclude(pk=proposal.markets.pk).first()
        changes.append(_table_changes(_("Markets"), _countries(before), _countries(proposal.markets)))
    if proposal.rules:
        siblings = proposal.rules.siblings().filter(is_active=True).exclude(pk=proposal.rules.pk)
        former = siblings.first() or _rules_before(proposal.rules)
        changes.append(_table_changes(_("Rules"), _rules(former), _rules(proposal.rules)))
    return changes


def _rules_before(rules: RuleSet) -> RuleSet | None:
    return RuleSet.objects.filter(is_active=True, effective_from__lt=rules.effective_from).first()


def _table_changes(name: str, before: set[str], after: set[str]) -> TableChanges:
    return TableChanges(name, sorted(after - before), sorted(before - after), len(before & after))


def _countries(table: MarketTable | None) -> set[str]:
    if table is None:
        return set()
    return {_country_words(row) for row in table.countries.all()}


def _country_words(row: MarketCountry) -> str:
    params = {"country": f"{row.country} +{row.calling_code}", "market": row.market, "first": row.valid_from}
    if row.valid_to:
        return _("%(country)s: %(market)s, from %(first)s to %(last)s") % {**params, "last": row.valid_to}
    return _("%(country)s: %(market)s, from %(first)s") % params


def _rules(rules: RuleSet | None) -> set[str]:
    if rules is None:
        return set()
    return {_rule_words(rule) for rule in rules.rules.all()}


def _rule_words(rule: Rule) -> str:
    params = {
        "rule": rule, "charged": rule.free_reason.replace("_", " ") or _("charged"),
        "scope": in_sentence(rule.get_scope_display()), "group": rule.accrual_group, "n": f"{rule.allowance:,}",
    }  # fmt: skip
    if rule.allowance:
        return _("%(rule)s: %(charged)s, counted per %(scope)s as %(group)s, %(n)s free") % params
    return _("%(rule)s: %(charged)s, counted per %(scope)s as %(group)s") % params
