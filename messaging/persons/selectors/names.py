"""What persons are called."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Func, TextField

from core.spellings import standard_sql
from messaging.persons.enums import IdentityKind, NameKind
from messaging.persons.models import MARKS, PersonName, name_words
from messaging.persons.resolution import Identity

_BETWEEN = re.compile(rf"[\s{re.escape(MARKS)}'\\]+")
_SHORTEST = 3  # bytes: fewer would match half of all names
_MOST = 50  # persons


def identities_named(account_id: int, text: str) -> list[tuple[Identity, datetime]]:
    """Who has a username or profile name with words that begin with those of a text, and when they last had it.

    The latest 50, through the index of words.
    """
    words = list(filter(None, _BETWEEN.split(text)))
    if len("".join(words).encode()) < _SHORTEST:
        return []
    beginnings = SearchQuery(" & ".join(f"'{word}':*" for word in words), config="simple", search_type="raw")
    rows = PersonName.objects.annotate(words=name_words()).filter(account=account_id, words=beginnings)
    latest = rows.order_by("-last_at").values_list("kind", "value", "last_at")[:_MOST]
    return [(Identity(IdentityKind(kind), value), at) for kind, value, at in latest]


class PersonNames(NamedTuple):
    """A person's present username, without @, and profile name; empty where unknown."""

    username: str = ""
    profile_name: str = ""

    @property
    def best(self) -> str:
        """The username with @, else the profile name; empty without either."""
        return f"@{self.username}" if self.username else self.profile_name


def names_of(row: Any) -> PersonNames:
    """The names of a row that has them beside its columns; unnamed if it was read without them."""
    return PersonNames(getattr(row, "username", ""), getattr(row, "profile_name", ""))


_LATEST = """(
    SELECT n.name FROM persons_personname n
    WHERE n.account_id = {account} AND n.name_kind = '{name_kind}' AND {owner} ORDER BY n.last_at DESC LIMIT 1
)"""


def _is_same_owner(at: str) -> str:
    """Whether no person announced to leave the number between a time and the message."""
    return f"""NOT EXISTS (
        SELECT FROM persons_identitychange g
        WHERE g.account_id = {{account}} AND g.kind = 'number' AND g.value = {{number}}
        AND g.at > LEAST({at}, {{at}}) AND g.at <= GREATEST({at}, {{at}})
    )"""


_ID = "n.kind IN ('user_id', 'parent_user_id') AND n.value = "
_LINKED_ID = f"""{_ID}(
    SELECT l.value FROM persons_identitylink l
    WHERE l.account_id = {{account}} AND l.other_kind = 'number' AND l.other_value = {{number}}
    AND {_is_same_owner("l.first_at")}
    ORDER BY CASE WHEN l.first_at <= {{at}} THEN l.first_at END DESC NULLS LAST, l.first_at LIMIT 1
)"""  # noqa: S608 - every name is a constant of this module
_NUMBER = f"n.kind = 'number' AND n.value = {{number}} AND {_is_same_owner('n.last_at')}"


class PresentName(Func):
    """The latest name of a message's person, as an expression of the log; empty if unknown.

    By the message's user id, else by the id that had its number then, else by the number.
    """

    output_field = TextField()

    def __init__(self, name_kind: NameKind) -> None:
        super().__init__(*map(F, ("account_id", "user_id", "msisdn", "created_at")))
        self._name_kind = name_kind

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:  # type: ignore[override]
        """The look-ups in their order. Columns have no parameters."""
        account, user_id, msisdn, at = (compiler.compile(each)[0] for each in self.source_expressions)
        columns = {"account": account, "number": f"({standard_sql(msisdn)})", "at": at, "name_kind": self._name_kind}
        owners = (f"{_ID}{user_id}", _LINKED_ID.format(**columns), _NUMBER.format(**columns))
        names = (_LATEST.format(owner=owner, **columns) for owner in owners)
        return f"coalesce({', '.join(names)}, '')", ()
