"""Importing an uploaded price file as drafts, which form a proposal."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from accounts.models import Account
from billing.enums import Book, PriceFile
from billing.prices.markets import import_market_file
from billing.prices.rate_cards import import_card_file
from billing.prices.rules import import_rule_file
from billing.proposals.what_if import Proposal


@transaction.atomic
def import_upload(
    kind: PriceFile, name: str, content: bytes, *, day: date, account: Account | None = None, book: Book = Book.BUY,
    provider: str = "",
) -> Proposal:  # fmt: skip
    """Turn a file into drafts: cards of an account or general cards, a market table or a rule set.

    The name is stored as the source of the figures. A market table needs no day. Raises UserError.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, Path(name).name or "file.csv")
        path.write_bytes(content)
        if kind == PriceFile.MARKETS:
            return Proposal(markets=import_market_file(path))
        if kind == PriceFile.RULES:
            return Proposal(rules=import_rule_file(path, day))
        return Proposal(cards=import_card_file(path, day, account, book=book, provider=provider))
