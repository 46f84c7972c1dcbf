"""What the ids of phone numbers and templates stand for.

Both are messaging's, which billing does not import. So messaging registers here, when it starts, who answers.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from accounts.models import Account


class Naming(Protocol):
    """Answers for one kind of thing. A name is a pair: (provider's id, display name) of a number, (name, language) of
    a template.
    """

    def names(self, account: Account, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """The name of each id that the account has."""

    def ids(self, account: Account, name: str) -> list[int]:
        """The ids whose name begins with this first part: a template has one id for each WABA and language."""

    def choices(self, account: Account, subaccount_ids: Sequence[int] | None) -> list[tuple[str, str]]:
        """(first part of the name, label) of all that these subaccounts (None: all) may be asked for."""


_NAMINGS: dict[str, Naming] = {}


def register(**namings: Naming) -> None:
    """Say who answers for `channel` and `template`."""
    _NAMINGS.update(namings)


def naming(kind: str) -> Naming:
    """Who answers for a kind. Raises KeyError when nobody registered."""
    return _NAMINGS[kind]
