"""Rule sets: which messages are charged or free, and how they are counted; dated like prices."""

from datetime import date
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from billing.enums import AccrualScope
from billing.models import BUNDLED, Rule, RuleSet
from billing.prices.files import file_error, parse_count, records_of, sha256_of
from billing.pricing import Accrual, accrue
from billing.pricing import Rule as PureRule
from billing.pricing import RuleSet as PureRuleSet

COLUMNS = ("category", "pricing_type", "free_reason", "scope", "accrual_group", "allowance", "source")
_LONGEST = {"category": 32, "pricing_type": 32, "free_reason": 32, "accrual_group": 96}  # in the table


class RuleBook:
    """The rule sets in force, read once. `instead` replaces the one of the same day; `only` applies on all days."""

    def __init__(self, *, instead: RuleSet | None = None, only: RuleSet | None = None) -> None:
        if only:
            self.rule_sets = [pricing_rules(only, effective_from=date.min)]
        else:
            active = RuleSet.objects.filter(is_active=True)
            if instead:
                active = active.exclude(effective_from=instead.effective_from)
            self.rule_sets = [pricing_rules(rules) for rules in [*active, *([instead] if instead else [])]]
        self._cache: dict[tuple[str, str, date, str, bool, str, str], Accrual] = {}

    def accrue(
        self, category: str, pricing_type: str, day: date, market: str, *, category_assumed: bool = False,
        window: str = "", exemption: str = "",
    ) -> Accrual:  # fmt: skip
        """How a delivered message is counted; caches the few combinations, because every delivery needs one."""
        key = (category, pricing_type, day, market, category_assumed, window, exemption)
        if (accrual := self._cache.get(key)) is None:
            accrual = self._cache[key] = accrue(
                self.rule_sets, category=category, pricing_type=pricing_type, day=day, market=market,
                category_assumed=category_assumed, window=window, exemption=exemption,
            )  # fmt: skip
        return accrual


def pricing_rules(rules: RuleSet, *, effective_from: date | None = None) -> PureRuleSet:
    """A rule set in the form of pricing.py."""
    return PureRuleSet(
        str(rules), effective_from or rules.effective_from,
        {
            (rule.category, rule.pricing_type): PureRule(
                AccrualScope(rule.scope), rule.accrual_group, rule.free_reason, rule.allowance
            )
            for rule in rules.rules.all()
        },
    )  # fmt: skip


@transaction.atomic
def load_rule_file(path: Path, effective_from: date) -> RuleSet | None:
    """Put a rule file in force as a new revision; None if the same file was loaded before."""
    if RuleSet.objects.filter(sha256=sha256_of(path), effective_from=effective_from).exists():
        return None
    rules = import_rule_file(path, effective_from)
    rules.activate(by=BUNDLED)
    return rules


@transaction.atomic
def import_rule_file(path: Path, effective_from: date) -> RuleSet:
    """Create a draft of a day's rules from a file (`COLUMNS`). Raises UserError."""
    if effective_from.day != 1:
        raise file_error(
            _("Rules must begin on the first day of a month, not on %(effective_from)s: allowances are monthly."),
            effective_from=effective_from,
        )
    latest = RuleSet.objects.filter(effective_from=effective_from).order_by("-revision").first()
    rules = RuleSet.objects.create(
        effective_from=effective_from, revision=latest.revision + 1 if latest else 1, is_active=False,
        name=f"Meta PMP rules from {effective_from}", sha256=sha256_of(path),
    )  # fmt: skip
    rows = [_rule(rules, number, row) for number, row in records_of(path, COLUMNS)]
    seen: set[tuple[str, str]] = set()
    for rule in rows:
        if (rule.category, rule.pricing_type) in seen:
            raise file_error(_("Two rules for %(rule)s: keep only one."), rule=rule)
        seen.add((rule.category, rule.pricing_type))
    if not rows:
        raise file_error(_("The file has no rules: add one row for each category."))
    Rule.objects.bulk_create(rows)
    return rules


def _rule(rules: RuleSet, number: int, row: dict[str, str]) -> Rule:
    if not row["category"] or not row["accrual_group"]:
        raise file_error(
            _("Row %(number)s: enter a category and an accrual_group such as {market}/utility."), number=number
        )
    if row["scope"] not in AccrualScope.values:
        raise file_error(
            _("Row %(number)s: scope is %(values)s, not %(scope)s."),
            number=number,
            values=" or ".join(AccrualScope.values),
            scope=repr(row["scope"][:80]),
        )
    rule = Rule(rule_set=rules, **{**row, "allowance": parse_count(row["allowance"] or "0", number, "allowance")})
    for name, longest in _LONGEST.items():
        if len(row[name]) > longest:
            raise file_error(
                _("Row %(number)s: %(name)s has more than %(longest)s characters."),
                number=number,
                name=name,
                longest=longest,
            )
    return rule
