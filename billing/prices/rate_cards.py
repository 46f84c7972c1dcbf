"""Rate cards: loading the bundled ones, importing files as new revisions and comparing them.

A card is never changed once it is in force: a correction is a new revision, and the old one stays to be read. What lies
above the last known tier of a market is rated at its price, in a tier of its own that says so.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from accounts.models import Account
from billing.enums import Book
from billing.models import BUNDLED, MarketCountry, Rate, RateCard
from billing.prices.card_files import CardFileError, Step, read_card_file
from billing.prices.markets import load_market_file
from billing.prices.rules import load_rule_file

DATA = Path(__file__).parents[1] / "data"
_ASSUMED = "ASSUMED: price of the tier below; the tiers here are not in the file"
Pair = tuple[str, str]  # market, category


@dataclass(frozen=True)
class Difference:
    """What a card would change: prices by market, category and tier as text lines, and what it does not know."""

    changed: list[str]
    added: list[str]
    removed: list[str]
    unchanged: int
    lacks: list[str]


def load_bundled() -> None:
    """Load the bundled markets, rules and cards that are not loaded yet. Safe to repeat."""
    load_market_file(DATA / "markets.csv")
    for path in sorted((DATA / "rules").glob("*.csv")):
        load_rule_file(path, date.fromisoformat(path.stem))
    for path in sorted((DATA / "rate_cards").glob("*.csv")):
        load_card_file(path, date.fromisoformat(path.stem))


@transaction.atomic
def load_card_file(path: Path, effective_from: date) -> list[RateCard]:
    """Load one general card per currency in the file and put it in force; a file loaded before is left alone.

    Raises CardFileError.
    """
    if RateCard.objects.filter(sha256=_sha256(path), account=None).exists():
        return []
    cards = import_card_file(path, effective_from)
    for card in cards:
        card.put_in_force(by=BUNDLED)
    return cards


@transaction.atomic
def import_card_file(
    path: Path, effective_from: date, account: Account | None = None, *, book: Book = Book.BUY, provider: str = ""
) -> list[RateCard]:
    """Make one new revision per currency in the file, not in force yet. Raises CardFileError.

    The revision starts from the card in force for the same day, currency, account, book and provider: markets and
    categories that the file does not mention keep their rates, so Meta's rates and volume tiers can be imported one
    after the other.
    """
    if book == Book.SELL and account is None:
        raise CardFileError("A sell card belongs to an account: say which one.")
    by_currency: dict[str, list[Step]] = defaultdict(list)
    for step in read_card_file(path):
        by_currency[step.currency].append(step)
    return [
        _new_revision(
            RateCard(
                account=account,
                book=book,
                provider=provider,
                currency=currency,
                effective_from=effective_from,
                sha256=_sha256(path),
                is_active=False,
            ),
            steps,
        )
        for currency, steps in sorted(by_currency.items())
    ]


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _new_revision(card: RateCard, steps: list[Step]) -> RateCard:
    siblings = card.siblings()
    latest = siblings.order_by("-revision").first()
    card.revision = latest.revision + 1 if latest else 1
    card.name = _card_name(card)
    card.save()
    tiers = _steps_of(siblings.filter(is_active=True).first())
    for pair, found in _by_pair(_canonical(steps)).items():
        if not _only_list_rate_again(found, tiers.get(pair, [])):
            tiers[pair] = found
    Rate.objects.bulk_create(
        rate for pair, found in sorted(tiers.items()) for rate in _contiguous(card, pair, found) if found
    )
    return card


def _card_name(card: RateCard) -> str:
    whose = "Own prices" if card.book == Book.SELL else "Meta"
    through = f" through {card.provider}" if card.provider else ""
    return f"{whose} {card.currency} {card.effective_from}{through}" + (f" of {card.account}" if card.account else "")


def _canonical(steps: Iterable[Step]) -> Iterable[Step]:
    """Steps with a price, their markets spelled as in the market table."""
    spelled = {name.lower(): name for name in MarketCountry.objects.values_list("market", flat=True).distinct()}
    for step in steps:
        if step.price is not None:
            market = spelled.get(step.market.strip().lower(), step.market.strip())
            yield Step(
                market, step.category, step.currency, step.above, step.up_to, step.end_known, step.price, step.source
            )


def _by_pair(steps: Iterable[Step]) -> dict[Pair, list[Step]]:
    pairs: dict[Pair, list[Step]] = defaultdict(list)
    for step in steps:
        pairs[step.market, step.category].append(step)
    return dict(pairs)


def _steps_of(card: RateCard | None) -> dict[Pair, list[Step]]:
    """A card's rates as steps, without the assumed ones: those follow from the others."""
    rates = Rate.objects.filter(card=card).exclude(source=_ASSUMED) if card else Rate.objects.none()
    return _by_pair(
        Step(r.market, r.category, "", r.above, r.up_to, r.end_known, r.unit_price, r.source)
        for r in rates.order_by("tier")
    )


def _only_list_rate_again(found: list[Step], known: list[Step]) -> bool:
    """A rates file repeats the list rate of a market whose tiers are known: the tiers stay."""
    return len(found) == 1 and not found[0].end_known and len(known) > 1 and known[0].price == found[0].price


def _contiguous(card: RateCard, pair: Pair, steps: list[Step]) -> list[Rate]:
    """Contiguous tiers from 0 to open end; a hole between known tiers gets a tier at the price below it."""
    rates: list[Rate] = []

    def add(above: int, up_to: int | None, price: Decimal, source: str, *, end_known: bool) -> None:
        rates.append(
            Rate(
                card=card, market=pair[0], category=pair[1], tier=len(rates) + 1, above=above, up_to=up_to,
                unit_price=price, source=source, end_known=end_known,
            )
        )  # fmt: skip

    for step in sorted(steps, key=lambda step: step.above):
        if rates and rates[-1].up_to is not None and rates[-1].up_to < step.above:
            add(rates[-1].up_to, step.above, rates[-1].unit_price, _ASSUMED, end_known=False)
        add(step.above, step.up_to, step.price or Decimal(0), step.source, end_known=step.end_known)
    if rates and rates[-1].up_to is not None:
        add(rates[-1].up_to, None, rates[-1].unit_price, _ASSUMED, end_known=False)
    return rates


def compare(card: RateCard) -> Difference:
    """What would change against the card in force on its first day."""
    former = _prices(in_force(card.account, card.currency, card.effective_from))
    new = _prices(card)
    shared = former.keys() & new.keys()
    return Difference(
        changed=[f"{_name(key)}: {former[key]} → {new[key]}" for key in sorted(shared) if former[key] != new[key]],
        added=[f"{_name(key)}: {new[key]}" for key in sorted(new.keys() - former.keys())],
        removed=[f"{_name(key)}: {former[key]}" for key in sorted(former.keys() - new.keys())],
        unchanged=sum(former[key] == new[key] for key in shared),
        lacks=list(_lacks(card)),
    )


def in_force(account: Account | None, currency: str, day: date) -> RateCard | None:
    """The active card of a day: the account's own before the general one, the latest first."""
    cards = RateCard.objects.filter(currency=currency, effective_from__lte=day, is_active=True)
    own = cards.filter(account=account).order_by("-effective_from").first() if account else None
    return own or cards.filter(account=None).order_by("-effective_from").first()


def _prices(card: RateCard | None) -> dict[tuple[str, str, int], Decimal]:
    rates = Rate.objects.filter(card=card).exclude(source=_ASSUMED) if card else Rate.objects.none()
    return {(rate.market, rate.category, rate.above): rate.unit_price.normalize() for rate in rates}


def _name(key: tuple[str, str, int]) -> str:
    market, category, above = key
    return f"{market} {category}" + (f" above {above:,}" if above else "")


def _lacks(card: RateCard) -> Iterable[str]:
    """Known markets without a rate, markets no country is in, and tiers whose end the source does not give."""
    known = set(MarketCountry.objects.filter(valid_to=None).values_list("market", flat=True))
    rates = Rate.objects.filter(card=card)
    named = set(rates.values_list("market", flat=True))
    yield from (f"{market}: no country belongs to this market" for market in sorted(named - known))
    yield from (f"{market}: no rate at all" for market in sorted(known - named))
    open_ended = rates.filter(end_known=False).values_list("market", "category").distinct().count()
    if open_ended:
        yield f"{open_ended} market and category pairs without all their volume tiers"
