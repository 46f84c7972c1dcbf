"""Rate cards: loading the bundled ones, importing files as new revisions and comparing them.

A card in force never changes: a correction is a new revision, and the old one is kept. Volume above the last known tier
of a market is rated at that tier's price, in a separate tier that is marked as assumed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account
from billing.enums import Book
from billing.models import ASSUMED, BUNDLED, MarketCountry, Rate, RateCard
from billing.prices.card_files import RateRow, read_card_file
from billing.prices.files import file_error, sha256_of
from billing.prices.markets import load_market_file, market_spellings
from billing.prices.rules import load_rule_file
from core.money import plain

DATA = Path(__file__).parents[1] / "data"
MarketCategory = tuple[str, str]  # market, category


@dataclass(frozen=True)
class PriceChange:
    """One changed price; None if it is missing in that card. `above` is where its tier begins."""

    market: str
    category: str
    above: int
    before: Decimal | None
    after: Decimal | None

    def __str__(self) -> str:
        subject = f"{self.market} {self.category}" + (f" above {self.above:,}" if self.above else "")
        prices = " → ".join(plain(price, 0) for price in (self.before, self.after) if price is not None)
        return f"{subject}: {prices}"


@dataclass(frozen=True)
class CardDifference:
    """The changes of a card compared to `former`, the number of unchanged prices, and its gaps in words."""

    former: RateCard | None
    changed: list[PriceChange]
    added: list[PriceChange]
    removed: list[PriceChange]
    unchanged: int
    lacks: list[str]

    @property
    def changes(self) -> list[PriceChange]:
        """All changes by market."""
        changes = [*self.changed, *self.added, *self.removed]
        return sorted(changes, key=lambda change: (change.market, change.category, change.above))


def load_bundled() -> None:
    """Load the bundled markets, rules and cards that are not loaded yet. Safe to repeat."""
    load_market_file(DATA / "markets.csv")
    for path in sorted((DATA / "rules").glob("*.csv")):
        load_rule_file(path, date.fromisoformat(path.stem))
    for path in sorted((DATA / "rate_cards").glob("*.csv")):
        load_card_file(path, date.fromisoformat(path.stem))


@transaction.atomic
def load_card_file(path: Path, effective_from: date) -> list[RateCard]:
    """Load one general card per currency in the file and activate it; skip a file that was loaded before.

    Raises UserError.
    """
    if RateCard.objects.filter(sha256=sha256_of(path), account=None).exists():
        return []
    cards = import_card_file(path, effective_from)
    for card in cards:
        card.activate(by=BUNDLED)
    return cards


@transaction.atomic
def import_card_file(
    path: Path, effective_from: date, account: Account | None = None, *, book: Book = Book.BUY, provider: str = ""
) -> list[RateCard]:
    """Create one draft per currency in the file. Raises UserError.

    The revision starts from the card in force for the same day, currency, account, book and provider: markets and
    categories that the file does not mention keep their rates, so Meta's rates and volume tiers can be imported one
    after the other.
    """
    if book == Book.SELL and account is None:
        raise file_error(_("A sell card must belong to an account: name the account."))
    by_currency: dict[str, list[RateRow]] = defaultdict(list)
    for row in read_card_file(path):
        by_currency[row.currency].append(row)
    return [
        _new_revision(
            RateCard(
                account=account,
                book=book,
                provider=provider,
                currency=currency,
                effective_from=effective_from,
                sha256=sha256_of(path),
                is_active=False,
            ),
            rows,
        )
        for currency, rows in sorted(by_currency.items())
    ]


def _new_revision(card: RateCard, rows: list[RateRow]) -> RateCard:
    siblings = card.siblings()
    latest = siblings.order_by("-revision").first()
    card.revision = latest.revision + 1 if latest else 1
    card.name = _card_name(card)
    card.save()
    tiers = _rows_of(siblings.filter(is_active=True).first())
    for pair, imported in _by_pair(_canonical(rows)).items():
        if not _repeats_list_rate(imported, tiers.get(pair, [])):
            tiers[pair] = imported
    Rate.objects.bulk_create(
        rate for pair, known in sorted(tiers.items()) for rate in _contiguous(card, pair, known) if known
    )
    return card


def _card_name(card: RateCard) -> str:
    whose = "Own prices" if card.book == Book.SELL else "Meta"
    through = f" through {card.provider}" if card.provider else ""
    return f"{whose} {card.currency} {card.effective_from}{through}" + (f" of {card.account}" if card.account else "")


def _canonical(rows: Iterable[RateRow]) -> Iterable[RateRow]:
    """The rows with a price, with markets spelled as in the market table."""
    spelled = market_spellings()
    for row in rows:
        if row.price is not None:
            market = spelled.get(row.market.strip().lower(), row.market.strip())
            yield RateRow(
                market, row.category, row.currency, row.above, row.up_to, row.end_known, row.price, row.source
            )


def _by_pair(rows: Iterable[RateRow]) -> dict[MarketCategory, list[RateRow]]:
    pairs: dict[MarketCategory, list[RateRow]] = defaultdict(list)
    for row in rows:
        pairs[row.market, row.category].append(row)
    return dict(pairs)


def _rows_of(card: RateCard | None) -> dict[MarketCategory, list[RateRow]]:
    """A card's rates as rows, without the assumed ones, which follow from the others."""
    rates = Rate.objects.filter(card=card).exclude(source=ASSUMED) if card else Rate.objects.none()
    return _by_pair(
        RateRow(r.market, r.category, "", r.above, r.up_to, r.end_known, r.unit_price, r.source)
        for r in rates.order_by("tier")
    )


def _repeats_list_rate(imported: list[RateRow], known: list[RateRow]) -> bool:
    """Whether a rates file only repeats the list rate of a market with known tiers, which then stay."""
    return len(imported) == 1 and not imported[0].end_known and len(known) > 1 and known[0].price == imported[0].price


def _contiguous(card: RateCard, pair: MarketCategory, rows: list[RateRow]) -> list[Rate]:
    """Contiguous tiers from 0 without end; a gap between known tiers gets a tier at the price below it."""
    rates: list[Rate] = []

    def add(above: int, up_to: int | None, price: Decimal, source: str, *, end_known: bool) -> None:
        rates.append(
            Rate(
                card=card, market=pair[0], category=pair[1], tier=len(rates) + 1, above=above, up_to=up_to,
                unit_price=price, source=source, end_known=end_known,
            )
        )  # fmt: skip

    for row in sorted(rows, key=lambda row: row.above):
        if row.up_to is not None and row.up_to <= row.above:
            raise file_error(
                _("%(market)s %(category)s: a tier ends at %(up_to)s, before it begins."),
                market=pair[0],
                category=pair[1],
                up_to=f"{row.up_to:,}",
            )
        if rates:
            _end_tier_at(rates[-1], row)
        if rates and rates[-1].up_to is not None and rates[-1].up_to < row.above:
            add(rates[-1].up_to, row.above, rates[-1].unit_price, ASSUMED, end_known=False)
        add(row.above, row.up_to, row.price or Decimal(0), row.source, end_known=row.end_known)
    if rates and rates[-1].up_to is not None:
        add(rates[-1].up_to, None, rates[-1].unit_price, ASSUMED, end_known=False)
    return rates


def _end_tier_at(below: Rate, row: RateRow) -> None:
    """End a tier with unknown end where the next one begins. Raises UserError for overlapping tiers."""
    if below.up_to is None and not below.end_known and below.above < row.above:
        below.up_to, below.end_known = row.above, True
    elif below.up_to is None or below.up_to > row.above:
        raise file_error(
            _(
                "%(market)s %(category)s: the tiers from %(lower)s and from %(upper)s overlap; "
                "end the former at %(end)s."
            ),
            market=below.market,
            category=below.category,
            lower=f"{below.above + 1:,}",
            upper=f"{row.above + 1:,}",
            end=f"{row.above:,}",
        )


def compare(card: RateCard) -> CardDifference:
    """The difference between a card and the card that it would replace on its first day."""
    former = former_of(card)
    before, after = _prices(former), _prices(card)
    changes = [PriceChange(*key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]
    both = [change for change in changes if change.before is not None and change.after is not None]
    return CardDifference(
        former=former,
        changed=[change for change in both if change.before != change.after],
        added=[change for change in changes if change.before is None],
        removed=[change for change in changes if change.after is None],
        unchanged=sum(change.before == change.after for change in both),
        lacks=gaps_of(card),
    )


def former_of(card: RateCard) -> RateCard | None:
    """The card in force on its first day without it; own cards precede general ones, specific providers precede any."""
    return (
        RateCard.objects.filter(
            Q(account=None) | Q(account=card.account_id), provider__in={"", card.provider}, is_active=True,
            book=card.book, currency=card.currency, effective_from__lte=card.effective_from,
        )
        .exclude(pk=card.pk)
        .order_by(F("account").asc(nulls_last=True), "-provider", "-effective_from")
        .first()
    )  # fmt: skip


def _prices(card: RateCard | None) -> dict[tuple[str, str, int], Decimal]:
    rates = Rate.objects.filter(card=card).exclude(source=ASSUMED) if card else Rate.objects.none()
    return {(rate.market, rate.category, rate.above): rate.unit_price for rate in rates}


def gaps_of(card: RateCard) -> list[str]:
    """Known markets without a rate, markets without countries, and tiers whose end the source does not state."""
    countries = MarketCountry.objects.filter(table__is_active=True)
    expected = set(countries.filter(valid_to=None).values_list("market", flat=True))
    rates = Rate.objects.filter(card=card)
    priced = set(rates.values_list("market", flat=True))
    open_ended = rates.filter(end_known=False).values_list("market", "category").distinct().count()
    open_text = ngettext(
        "%(n)d market and category pair without all its volume tiers",
        "%(n)d market and category pairs without all their volume tiers",
        open_ended,
    )
    return [
        *(
            _("%(market)s: no country belongs to this market") % {"market": market}
            for market in sorted(priced - expected)
        ),
        *(_("%(market)s: no rates") % {"market": market} for market in sorted(expected - priced)),
        *([open_text % {"n": open_ended}] if open_ended else []),
    ]
