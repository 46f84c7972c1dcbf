"""Whether the audit is whole: each chain of entries worked out again, digest by digest."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from accounts.models import Account, AuditChain, AuditEntry
from core.tenancy import every_tenant

OWN = 0  # the chain of the installation itself, whose entries have no account

# The text of an entry, as the function accounts_audit_link of the database makes it. It stands here a second time so
# that a change of that function shows.
_ENTRIES = """
SELECT id, position, digest, convert_to(jsonb_build_array(
    account_id, position, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    actor, action, target, details, host(ip_address)
)::text, 'UTF8') FROM accounts_auditentry
WHERE {whose} AND (position IS NULL OR position > %(closed)s AND position <= %(last)s) ORDER BY position
"""


@dataclass(frozen=True)
class Verdict:
    """A chain as it was found. `problem` says what is broken and at which entry; empty: nothing is."""

    account_id: int
    name: str
    first: int
    last: int
    digest: str
    problem: str = ""

    def __str__(self) -> str:
        if self.problem:
            return f"{self.name}: BROKEN. {self.problem}"
        if self.last < self.first:
            return f"{self.name}: no entries."
        return f"{self.name}: entries {self.first:,} to {self.last:,} are intact. Head {self.last}:{self.digest}"


def chain_of(account: Account) -> AuditChain:
    """Where the account's chain stands; one that has not begun is empty."""
    return _chain(account.pk)


def _chain(account_id: int) -> AuditChain:
    return AuditChain.objects.filter(pk=account_id).first() or AuditChain(account_id=account_id)


def verify_chains(account: Account | None = None, *, noted: tuple[int, str] | None = None) -> Iterator[Verdict]:
    """Work the chains out again, of one account or of all and the installation; reads only.

    `noted` is a head, (position, digest in hexadecimal), that somebody wrote down elsewhere: it must still stand in
    the chain. Without it nobody can tell a chain whose end was cut off together with the note of its end.
    """
    names = dict(Account.objects.values_list("id", "name"))
    ids = [account.pk] if account else sorted({OWN, *names, *_ids_of_chains()})
    for account_id in ids:
        yield verify_chain(account_id, names.get(account_id, ""), noted=noted)


def _ids_of_chains() -> list[int]:
    with every_tenant():
        owners = AuditEntry.objects.order_by().values_list("account_id", flat=True).distinct()
        return [*AuditChain.objects.values_list("pk", flat=True), *(owner or OWN for owner in owners)]


def verify_chain(account_id: int, name: str = "", *, noted: tuple[int, str] | None = None) -> Verdict:
    """One chain, in the order of its entries and up to where it ends now, in constant memory."""
    chain = _chain(account_id)
    problem = _first_broken(chain, noted)
    if problem and _chain(account_id).closed_position != chain.closed_position:
        return verify_chain(account_id, name, noted=noted)  # retention took entries away meanwhile
    return Verdict(
        account_id, name or ("The installation" if account_id == OWN else f"Account {account_id} (deleted)"),
        chain.closed_position + 1, chain.position, bytes(chain.digest).hex(), problem,
    )  # fmt: skip


def _first_broken(chain: AuditChain, noted: tuple[int, str] | None) -> str:
    position, digest = chain.closed_position, bytes(chain.closed_digest)
    waits_for = noted[0] if noted else 0
    for entry_id, place, kept, text in _entries(chain):
        digest = hashlib.sha256(digest + bytes(text)).digest()
        if problem := _wrong(position + 1, place, entry_id, written=digest == bytes(kept or b"")):
            return problem
        position += 1
        if noted and place == waits_for:
            waits_for = 0
            if digest.hex() != noted[1]:
                return f"Entry {place} (id {entry_id}) does not have the given digest."
    if (position, digest) != (chain.position, bytes(chain.digest)):
        return f"The chain ends at entry {position} but had reached entry {chain.position}: its end was removed."
    return f"The chain ends at entry {position}; the given entry {waits_for} is missing." if waits_for else ""


def _wrong(expected: int, place: int | None, entry_id: int, *, written: bool) -> str:
    if place is None:
        return f"Entry id {entry_id} is not in the chain: it was added without the trigger."
    if place != expected:
        return f"Entry {expected} is missing."
    return "" if written else f"Entry {place} (id {entry_id}) was altered: its digest does not match."


def _entries(chain: AuditChain) -> Iterator[tuple[int, int | None, bytes | None, bytes]]:
    whose = "account_id IS NULL" if chain.account_id == OWN else "account_id = %(account)s"
    span = {"account": chain.account_id, "closed": chain.closed_position, "last": chain.position}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES.format(whose=whose), span)
        yield from cursor
