"""Classifying deliveries: their day, bucket and kind by the tables in force."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.models import Waba
from billing.enums import AccrualScope, UnratedReason
from billing.models import Exemption
from billing.prices.markets import MarketMap
from billing.prices.rules import RuleBook
from billing.pricing import Accrual, price_category

_SLOT = 900  # seconds; midnight in every zone falls on a quarter of an hour in UTC


class UsageFacts(NamedTuple):
    """The attributes of a delivered message, except its time. Unknown ids are 0."""

    account_id: int
    provider: str
    waba_id: int
    phone_number_id: int
    subaccount_id: int
    template_id: int
    country: str
    category: str
    pricing_type: str
    category_assumed: bool = False
    open_window: str = ""


class KindKey(NamedTuple):
    """The columns of a UsageKind, in the order of the table's unique key."""

    account_id: int
    waba_id: int
    phone_number_id: int
    subaccount_id: int
    template_id: int
    country: str
    category: str
    pricing_type: str
    category_assumed: bool
    open_window: str
    provider: str
    currency: str
    market: str
    price_category: str
    free_reason: str
    unrated_reason: str
    price_source: str


class BucketKey(NamedTuple):
    """The columns of a Bucket; the last is not part of its unique key."""

    account_id: int
    scope: str
    scope_id: int
    accrual_group: str
    month: date
    allowance: int


@dataclass(frozen=True, slots=True)
class _BillingWaba:
    portfolio_id: int
    zone: ZoneInfo
    currency: str


class Accruals:
    """Classifies deliveries by the tables in force, which it reads once; caches each combination."""

    def __init__(
        self, account_ids: Iterable[int], *, markets: MarketMap | None = None, rules: RuleBook | None = None
    ) -> None:
        self._markets, self._rules = markets or MarketMap(), rules or RuleBook()
        account_ids = set(account_ids)
        rows = Waba.objects.filter(account__in=account_ids)
        self._wabas = {
            pk: _BillingWaba(portfolio_id, ZoneInfo(time_zone), currency)
            for pk, portfolio_id, time_zone, currency in rows.values_list("id", "portfolio_id", "time_zone", "currency")
        }
        self._exemptions: dict[int, list[Exemption]] = defaultdict(list)
        for exemption in Exemption.objects.filter(account__in=account_ids):
            self._exemptions[exemption.waba_id].append(exemption)
        self._classified: dict[tuple[UsageFacts, date], tuple[BucketKey, KindKey]] = {}
        self._days: dict[tuple[int, int], date] = {}

    def day(self, waba_id: int, at: datetime) -> date:
        """The day of a moment in the WABA's time zone; in UTC if the WABA is unknown."""
        slot = (waba_id, int(at.timestamp()) // _SLOT)
        if (day := self._days.get(slot)) is None:
            waba = self._wabas.get(waba_id)
            day = self._days[slot] = at.astimezone(waba.zone if waba else UTC).date()
        return day

    def zones(self) -> dict[int, str]:
        """The time zone of each WABA, by its id."""
        return {pk: waba.zone.key for pk, waba in self._wabas.items()}

    def classify(self, facts: UsageFacts, day: date) -> tuple[BucketKey, KindKey]:
        """The bucket and the kind of a delivered message."""
        if (keys := self._classified.get((facts, day))) is None:
            keys = self._classified[facts, day] = self._classify(facts, day)
        return keys

    def bucket_of(self, account_id: int, waba_id: int, category: str, market: str, day: date) -> BucketKey | None:
        """The bucket of charged messages of a category to a market, in any spelling; None if unknown."""
        waba, spelled = self._wabas.get(waba_id), self._markets.spelling(market)
        if waba is None or spelled is None:
            return None
        accrual = self._rules.accrue(category, "regular", day, spelled)
        if accrual.unrated_reason or accrual.scope != AccrualScope.PORTFOLIO:
            return None
        month = day.replace(day=1)
        return BucketKey(account_id, str(accrual.scope), waba.portfolio_id, accrual.group, month, accrual.allowance)

    def _classify(self, facts: UsageFacts, day: date) -> tuple[BucketKey, KindKey]:
        waba = self._wabas.get(facts.waba_id)
        market = self._markets.market(facts.country, day)
        accrual = self._rules.accrue(
            facts.category, facts.pricing_type, day, market, category_assumed=facts.category_assumed,
            window=facts.open_window, exemption=self._exemption_of(facts.waba_id, day),
        )  # fmt: skip
        if waba is None:
            accrual = Accrual(AccrualScope.PORTFOLIO, "unrated", unrated_reason=UnratedReason.NO_WABA)
        by_number = accrual.scope == AccrualScope.PHONE_NUMBER
        scope_id = facts.phone_number_id if by_number else waba.portfolio_id if waba else 0
        return (
            BucketKey(
                facts.account_id, str(accrual.scope), scope_id, accrual.group, day.replace(day=1),
                accrual.allowance,
            ),
            KindKey(
                facts.account_id, facts.waba_id, facts.phone_number_id, facts.subaccount_id, facts.template_id,
                facts.country, facts.category, facts.pricing_type, facts.category_assumed, facts.open_window,
                facts.provider, waba.currency if waba else "", market, price_category(facts.category),
                str(accrual.free_reason), str(accrual.unrated_reason), str(accrual.price_source),
            ),
        )  # fmt: skip

    def _exemption_of(self, waba_id: int, day: date) -> str:
        """The kind of the WABA's exemption on a day; empty without one."""
        exemptions = self._exemptions.get(waba_id, ())
        return next((exemption.kind for exemption in exemptions if exemption.applies(day)), "")
