"""Exact sums of a file, computed from its own lines."""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import IO, Any

from archive.enums import Format
from archive.exports.sources import Source
from core.money import plain


class Totals:
    """Adds up the amounts of a file exactly."""

    def __init__(self, form: str, source: Source) -> None:
        names = [column.name for column in source.columns]
        self._json, self._sums = form == Format.JSONL, source.sums
        self.indexes = [(names.index(amount), names.index(currency)) for amount, currency in source.sums]
        self._by_column: dict[str, dict[str, Decimal]] = {amount: defaultdict(Decimal) for amount, _ in source.sums}
        self.rows = 0

    def lines(self, part: IO[bytes]) -> Iterator[bytes]:
        """The lines of a part, unchanged; a row may span several."""
        if self._json:
            for line in part:
                row = json.loads(line)
                self.add([(row[amount], row[currency]) for amount, currency in self._sums])
                yield line
            return
        row_lines: list[bytes] = []

        def texts() -> Iterator[str]:
            for line in part:
                row_lines.append(line)
                yield line.decode()

        for row in csv.reader(texts()):
            self.add([(row[amount], row[currency]) for amount, currency in self.indexes])
            yield b"".join(row_lines)
            row_lines.clear()

    def add(self, pairs: Iterable[tuple[Any, Any]]) -> None:
        """Add a row's amounts; a row without a price adds nothing."""
        self.rows += 1
        for (name, _currency), (amount, currency) in zip(self._sums, pairs, strict=True):
            if amount:
                self._by_column[name][currency or ""] += Decimal(amount)

    @property
    def totals(self) -> dict[str, dict[str, str]]:
        """The sums by column and currency."""
        return {
            name: {currency: plain(amount) for currency, amount in sorted(sums.items())}
            for name, sums in self._by_column.items() if sums
        }  # fmt: skip
