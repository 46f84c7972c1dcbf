"""Rate cards: loading the bundled ones, importing files as new revisions and comparing them.

A card is never changed once it is in force: a correction is a new revision, and the old one stays to be read. What lies
above the last known tier of a market is rated at its price, in a tier of its own that says so.
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
from billing.prices.card_files import Step, read_card_file
from billing.prices.files import file_error, sha256_of
from billing.prices.markets import load_market_file
from billing.prices.rules import load_rule_file
from core.money import plain

DATA = Path(__file__).parents[1] / "data"
Pair = tuple[str, str]  # market, category


@dataclass(frozen=True)
class Change:
    """One price that another card would change; None: there is or was none. `above` is where its tier begins."""

    market: str
    category: str
    above: int
    before: Decimal | None
    after: Decimal | None

    def __str__(self) -> str:
        place = f"{self.market} {self.category}" + (f" above {self.above:,}" if self.above else "")
        prices = " → ".join(plain(price, 0) for price in (self.before, self.after) if price is not None)
        return f"{place}: {prices}"


@dataclass(frozen=True)
class Difference:
    """What a card would change against `former`, how many prices stay, and what it does not know, in words."""

    former: RateCard | None
    changed: list[Change]
    added: list[Change]
    removed: list[Change]
    unchanged: int
    lacks: list[str]

    @property
    def changes(self) -> list[Change]:
        """All of them, by market."""
        found = [*self.changed, *self.added, *self.removed]
        return sorted(found, key=lambda change: (change.market, change.category, change.above))


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

    Raises UserError.
    """
    if RateCard.objects.filter(sha256=sha256_of(path), account=None).exists():
        return []
    cards = import_card_file(path, effective_from)
    for card in cards:
        card.put_in_force(by=BUNDLED)
    return cards


@transaction.atomic
def import_card_file(
    path: Path, effective_from: date, account: Account | None = None, *, book: Book = Book.BUY, provider: str = ""
) -> list[RateCard]:
    """Make one new revision per currency in the file, not in force yet. Raises UserError.

    The revision starts from the card in force for the same day, currency, account, book and provider: markets and
    categories that the file does not mention keep their rates, so Meta's rates and volume tiers can be imported one
    after the other.
    """
    if book == Book.SELL and account is None:
        raise file_error(_("A sell card must belong to an account: name the account."))
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
                sha256=sha256_of(path),
                is_active=False,
            ),
            steps,
        )
        for currency, steps in sorted(by_currency.items())
    ]


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
    rates = Rate.objects.filter(card=card).exclude(source=ASSUMED) if card else Rate.objects.none()
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
        if step.up_to is not None and step.up_to <= step.above:
            raise file_error(
                _("%(market)s %(category)s: a tier ends at %(up_to)s, before it begins."),
                market=pair[0],
                category=pair[1],
                up_to=f"{step.up_to:,}",
            )
        if rates:
            _make_room(rates[-1], step)
        if rates and rates[-1].up_to is not None and rates[-1].up_to < step.above:
            add(rates[-1].up_to, step.above, rates[-1].unit_price, ASSUMED, end_known=False)
        add(step.above, step.up_to, step.price or Decimal(0), step.source, end_known=step.end_known)
    if rates and rates[-1].up_to is not None:
        add(rates[-1].up_to, None, rates[-1].unit_price, ASSUMED, end_known=False)
    return rates


def _make_room(below: Rate, step: Step) -> None:
    """A tier whose end is not known ends where the next begins; any other that reaches into it is a mistake."""
    if below.up_to is None and not below.end_known and below.above < step.above:
        below.up_to, below.end_known = step.above, True
    elif below.up_to is None or below.up_to > step.above:
        raise file_error(
            _(
                "%(market)s %(category)s: the tiers from %(lower)s and from %(upper)s overlap; "
                "end the former at %(end)s."
            ),
            market=below.market,
            category=below.category,
            lower=f"{below.above + 1:,}",
            upper=f"{step.above + 1:,}",
            end=f"{step.above:,}",
        )


def compare(card: RateCard) -> Difference:
    """What would change against the card that is in force on its first day without it."""
    former = former_of(card)
    before, after = _prices(former), _prices(card)
    changes = [Change(*key, before.get(key), after.get(key)) for key in sorted(before.keys() | after.keys())]
    both = [change for change in changes if change.before is not None and change.after is not None]
    return Difference(
        former=former,
        changed=[change for change in both if change.before != change.after],
        added=[change for change in changes if change.before is None],
        removed=[change for change in changes if change.after is None],
        unchanged=sum(change.before == change.after for change in both),
        lacks=lacks_of(card),
    )


def former_of(card: RateCard) -> RateCard | None:
    """The card of its first day without it: the account's own before the general one, the provider's before any."""
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


def lacks_of(card: RateCard) -> list[str]:
    """Known markets without a rate, markets no country is in, and tiers whose end the source does not give."""
    today = MarketCountry.objects.filter(table__is_active=True)
    known = set(today.filter(valid_to=None).values_list("market", flat=True))
    rates = Rate.objects.filter(card=card)
    named = set(rates.values_list("market", flat=True))
    open_ended = rates.filter(end_known=False).values_list("market", "category").distinct().count()
    said = ngettext(
        "%(n)d market and category pair without all its volume tiers",
        "%(n)d market and category pairs without all their volume tiers",
        open_ended,
    )
    return [
        *(_("%(market)s: no country belongs to this market") % {"market": market} for market in sorted(named - known)),
        *(_("%(market)s: no rates") % {"market": market} for market in sorted(known - named)),
        *([said % {"n": open_ended}] if open_ended else []),
    ]
