"""The persons behind identities, and what else belongs to them."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower

from core.spellings import standard
from messaging.persons.enums import IdentityKind, NameKind
from messaging.persons.models import IdentityChange, IdentityLink, PersonName
from messaging.persons.resolution import Change, Holding, Identity, Link, Person, Persons
from providers.reading import digits, is_parent_id, user_id, username

_MAX_FACTS = 20_000  # of one look-up; a person has a handful
_MAX_ROUNDS = 8  # from a number to its ids, from these to their other numbers, and so on


def identity_of(value: str) -> Identity | None:
    """The identity that a text is: a number with its country code, a user id, a parent id or a username; None: none.

    A username is preceded by @, because every number is made of characters that usernames may have.
    """
    text = value.strip()
    if number := digits(text.removeprefix("00")):
        return Identity(IdentityKind.NUMBER, standard(number))
    if name := user_id(text):
        return _identity_of_id(name)
    if text.startswith("@") and (name := username(text)):
        return Identity(IdentityKind.USERNAME, name)
    return None


def identity_in(msisdn: str, user_id: str) -> Identity | None:
    """The identity of a message's person: the user id, else the number."""
    if user_id:
        return _identity_of_id(user_id)
    return Identity(IdentityKind.NUMBER, standard(msisdn)) if msisdn else None


def _identity_of_id(name: str) -> Identity:
    return Identity(IdentityKind.PARENT_USER_ID if is_parent_id(name) else IdentityKind.USER_ID, name)


def identities(account_id: int, identity: Identity | str, at: datetime | None = None) -> frozenset[Holding]:
    """Everything that belongs to the person of an identity, itself included, each with its dates.

    `at` is when it was theirs; None: now. Empty for a text that is no identity, and for an unknown username.
    """
    wanted = identity_of(identity) if isinstance(identity, str) else identity
    return persons_of(account_id, [wanted]).of(wanted, at) if wanted else frozenset()


def usernames(account_id: int, person: Iterable[Holding]) -> list[str]:
    """The usernames, in lower case, that a person's identities had while they were theirs."""
    holdings = {holding.identity: holding for holding in person}
    rows = PersonName.objects.filter(
        with_values(holdings), account=account_id, name_kind=NameKind.USERNAME
    )  # fmt: skip
    names = {
        name.lower()
        for kind, value, name, at in rows.values_list("kind", "value", "name", "last_at")
        if holdings[Identity(IdentityKind(kind), value)].covers(at)
    }
    return sorted(names)


def known_identities(account_id: int) -> Iterator[Identity]:
    """Every identity and username of an account's facts, one after the other."""
    links = IdentityLink.objects.filter(account=account_id)
    changes = IdentityChange.objects.filter(account=account_id)
    names = PersonName.objects.filter(account=account_id)
    of_links = (links.values_list("kind", "value"), links.values_list("other_kind", "other_value"))
    of_changes = (changes.values_list("kind", "value"), changes.values_list("kind", "new_value"))
    for rows in (*of_links, *of_changes, names.values_list("kind", "value")):
        yield from (Identity(IdentityKind(kind), value) for kind, value in rows.distinct().iterator())
    present = names.filter(name_kind=NameKind.USERNAME).values_list("name", flat=True).distinct()
    yield from (Identity(IdentityKind.USERNAME, name.lower()) for name in present.iterator())


class KnownPersons:
    """The persons of some identities in an account."""

    def __init__(self, persons: Persons, owners: dict[str, tuple[Identity, datetime]]) -> None:
        self._persons, self._owners = persons, owners

    def has_facts(self, identity: Identity) -> bool:
        """Whether anything is known about one of the identities, which is no username."""
        return self._persons.has_facts(identity)

    def of(self, identity: Identity, at: datetime | None = None) -> Person:
        """The person of one of the identities at a time; None: now. Empty for an unknown username."""
        if identity.kind != IdentityKind.USERNAME:
            return self._persons.of(identity, at)
        owner = self._owners.get(identity.value.lower())
        return self._persons.of(*owner) | {Holding(identity)} if owner else frozenset()


def persons_of(account_id: int, wanted: Iterable[Identity]) -> KnownPersons:
    """The persons of these identities, in a few queries however many they are."""
    wanted = set(wanted)
    names = {each.value.lower() for each in wanted if each.kind == IdentityKind.USERNAME}
    owners = _owners(account_id, names) if names else {}
    ids = {each for each in wanted if each.kind != IdentityKind.USERNAME} | {owner for owner, _ in owners.values()}
    return KnownPersons(Persons(*_facts(account_id, ids)), owners)


def _owners(account_id: int, names: Collection[str]) -> dict[str, tuple[Identity, datetime]]:
    """By username in lower case, the identity that had it last, and when."""
    rows = (
        PersonName.objects.annotate(lower=Lower("name"))
        .filter(account=account_id, name_kind=NameKind.USERNAME, lower__in=names)
        .order_by("last_at", "kind", "value")
        .values_list("lower", "kind", "value", "last_at")
    )
    return {name: (Identity(IdentityKind(kind), value), at) for name, kind, value, at in rows}


def _facts(account_id: int, wanted: set[Identity]) -> tuple[set[Link], set[Change]]:
    """All links and changes that are connected with these identities."""
    links: set[Link] = set()
    changes: set[Change] = set()
    seen: set[Identity] = set()
    for _ in range(_MAX_ROUNDS):
        frontier = wanted - seen
        if not frontier or len(links) + len(changes) > _MAX_FACTS:
            break
        seen |= frontier
        links |= set(_links(account_id, frontier))
        changes |= set(_changes(account_id, frontier))
        wanted = {side for link in links for side in link[:2]} | {side for change in changes for side in change[:2]}
    return links, changes


def with_values(identities: Iterable[tuple[str, str]], name: str = "kind", value: str = "value") -> Q:
    """The rows with one of the identities (kind, value) in two columns; none without any."""
    condition = Q(pk__in=[])
    by_kind: dict[str, list[str]] = {}
    for kind, each in identities:
        by_kind.setdefault(kind, []).append(each)
    for kind, values in sorted(by_kind.items()):
        condition |= Q(**{name: kind, f"{value}__in": values})
    return condition


def while_theirs(holding: Holding, at: str) -> Q:
    """The rows whose time, in the column `at`, is in a holding."""
    since = Q(**{f"{at}__gte": holding.start}) if holding.start else Q()
    until = Q(**{f"{at}__lt": holding.end}) if holding.end else Q()
    return since & until


def _links(account_id: int, identities: Collection[Identity]) -> Iterable[Link]:
    rows = IdentityLink.objects.filter(
        with_values(identities) | with_values(identities, "other_kind", "other_value"),
        account=account_id,
    )
    for kind, value, other_kind, other_value, scope, at in rows.values_list(
        "kind", "value", "other_kind", "other_value", "scope", "first_at"
    ):
        left, right = Identity(IdentityKind(kind), value), Identity(IdentityKind(other_kind), other_value)
        yield Link(left, right, scope, at)


def _changes(account_id: int, identities: Collection[Identity]) -> Iterable[Change]:
    rows = IdentityChange.objects.filter(
        with_values(identities) | with_values(identities, value="new_value"), account=account_id
    )
    for kind, value, new_value, at in rows.values_list("kind", "value", "new_value", "at"):
        yield Change(Identity(IdentityKind(kind), value), Identity(IdentityKind(kind), new_value), at)
