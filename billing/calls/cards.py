"""Reads files of call prices and puts them in force as new revisions.

The columns are market, currency, tier_from, tier_to, rate and source. A tier is in minutes of a calendar month, both
ends included, with MAX for no end; the rate is the price of a minute.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import CallCard, CallRate
from billing.prices.files import MAX_MESSAGES, file_error, parse_currency, parse_market, records_of, sha256_of
from billing.prices.markets import market_spellings

COLUMNS = ("market", "currency", "tier_from", "tier_to", "rate", "source")
_HIGHEST, _MAX_DECIMALS = Decimal(100_000), 9


@transaction.atomic
def import_call_card(path: Path, effective_from: date) -> list[CallCard]:
    """Create one draft for each currency in the file. Raises UserError naming the row and the remedy."""
    by_currency: dict[str, list[CallRate]] = defaultdict(list)
    spelled = market_spellings()
    for number, row in records_of(path, COLUMNS):
        by_currency[parse_currency(row["currency"], number)].append(_rate(row, number, spelled))
    if not by_currency:
        raise file_error(_("The file has no prices: add one row for each market and tier."))
    return [_draft(currency, effective_from, rates, sha256_of(path)) for currency, rates in sorted(by_currency.items())]


def _draft(currency: str, effective_from: date, rates: list[CallRate], sha256: str) -> CallCard:
    _check_tiers(rates)
    same_day = CallCard.objects.filter(currency=currency, effective_from=effective_from)
    latest = same_day.order_by("-revision").values_list("revision", flat=True).first()
    card = CallCard.objects.create(
        currency=currency, effective_from=effective_from, revision=(latest or 0) + 1, is_active=False, sha256=sha256,
        name=f"Calls {currency} {effective_from}",
    )  # fmt: skip
    for rate in rates:
        rate.card = card
    CallRate.objects.bulk_create(rates)
    return card


def _check_tiers(rates: list[CallRate]) -> None:
    """Raise UserError unless the tiers of each market begin at 0 and follow one another."""
    by_market: dict[str, list[CallRate]] = defaultdict(list)
    for rate in rates:
        by_market[rate.market].append(rate)
    for market, tiers in by_market.items():
        tiers.sort(key=lambda rate: rate.above)
        if tiers[0].above:
            raise file_error(_("%(market)s: the first tier begins at 0 minutes: set tier_from to 0."), market=market)
        for former, later in pairwise(tiers):
            if former.up_to != later.above:
                raise file_error(
                    _("%(market)s: the tier from %(minutes)s does not follow the one before: correct its tier_to."),
                    market=market, minutes=f"{later.above + 1:,}",
                )  # fmt: skip


def _rate(row: dict[str, str], number: int, spelled: Mapping[str, str]) -> CallRate:
    above = max(_minutes(row["tier_from"], number, "tier_from") - 1, 0)
    up_to = None if row["tier_to"].upper() == "MAX" else _minutes(row["tier_to"], number, "tier_to")
    if up_to is not None and up_to <= above:
        raise file_error(
            _("Row %(number)s: tier_to is before tier_from: write the last minute, or MAX."), number=number
        )
    market = parse_market(row["market"], number)
    return CallRate(
        market=spelled.get(market.lower(), market), above=above, up_to=up_to,
        minute_price=_price(row["rate"], number), source=row["source"],
    )  # fmt: skip


def _minutes(text: str, number: int, column: str) -> int:
    digits = text.replace(",", "")
    if not re.fullmatch("[0-9]{1,12}", digits) or int(digits) > MAX_MESSAGES:
        raise file_error(
            _("Row %(number)s: %(column)s is %(text)s; enter a number of minutes, or MAX for a tier_to without end."),
            number=number, column=column, text=repr(text[:80]),
        )  # fmt: skip
    return int(digits)


def _price(text: str, number: int) -> Decimal:
    try:
        price = Decimal(text) if re.fullmatch(r"[0-9.]{1,20}", text) else None
    except InvalidOperation:
        price = None
    if price is None or price > _HIGHEST or len(text.partition(".")[2].rstrip("0")) > _MAX_DECIMALS:
        raise file_error(
            _("Row %(number)s: %(text)s is not a price of a minute; enter it as 0.0118, with at most 9 decimals."),
            number=number, text=repr(text[:80]),
        )  # fmt: skip
    return price
