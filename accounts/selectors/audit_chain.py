"""Verification of the audit log: recompute the digests of each chain of entries."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from accounts.models import Account, AuditChain, AuditEntry
from core.tenancy import every_tenant

INSTALLATION = 0  # the chain of the installation itself, whose entries have no account

# The text of an entry, as the database function accounts_audit_link builds it. It is repeated here so that a change of
# that function breaks the verification.
_ENTRIES = """
SELECT id, position, digest, convert_to(jsonb_build_array(
    account_id, position, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    actor, action, target, details, host(ip_address)
)::text, 'UTF8') FROM accounts_auditentry
WHERE {condition} AND (position IS NULL OR position > %(closed)s AND position <= %(last)s) ORDER BY position
"""


@dataclass(frozen=True)
class Verdict:
    """The result for one chain. `problem` says what is broken at which entry; empty: the chain is intact."""

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
    """The account's chain; empty before its first entry."""
    return _chain(account.pk)


def _chain(account_id: int) -> AuditChain:
    return AuditChain.objects.filter(pk=account_id).first() or AuditChain(account_id=account_id)


def verify_chains(account: Account | None = None, *, known_head: tuple[int, str] | None = None) -> Iterator[Verdict]:
    """Verify the chain of one account, or of all accounts and the installation. Changes nothing.

    `known_head`, (position, digest in hexadecimal), is a head that was stored elsewhere: the chain must still contain
    it. Without it, an end that was removed together with its row in `AuditChain` goes unnoticed.
    """
    names = dict(Account.objects.values_list("id", "name"))
    ids = [account.pk] if account else sorted({INSTALLATION, *names, *_ids_of_chains()})
    for account_id in ids:
        yield verify_chain(account_id, names.get(account_id, ""), known_head=known_head)


def _ids_of_chains() -> list[int]:
    with every_tenant():
        owners = AuditEntry.objects.order_by().values_list("account_id", flat=True).distinct()
        return [*AuditChain.objects.values_list("pk", flat=True), *(owner or INSTALLATION for owner in owners)]


def verify_chain(account_id: int, name: str = "", *, known_head: tuple[int, str] | None = None) -> Verdict:
    """Verify one chain up to its current end, in constant memory."""
    chain = _chain(account_id)
    problem = _find_problem(chain, known_head)
    if problem and _chain(account_id).closed_position != chain.closed_position:
        return verify_chain(account_id, name, known_head=known_head)  # retention deleted entries in the meantime
    return Verdict(
        account_id, name or ("The installation" if account_id == INSTALLATION else f"Account {account_id} (deleted)"),
        chain.closed_position + 1, chain.position, bytes(chain.digest).hex(), problem,
    )  # fmt: skip


def _find_problem(chain: AuditChain, known_head: tuple[int, str] | None) -> str:
    position, digest = chain.closed_position, bytes(chain.closed_digest)
    missing_position = known_head[0] if known_head else 0
    for entry_id, entry_position, stored_digest, text in _entries(chain):
        digest = hashlib.sha256(digest + bytes(text)).digest()
        if problem := _entry_problem(
            position + 1, entry_position, entry_id, intact=digest == bytes(stored_digest or b"")
        ):
            return problem
        position += 1
        if known_head and entry_position == missing_position:
            missing_position = 0
            if digest.hex() != known_head[1]:
                return f"Entry {entry_position} (id {entry_id}) does not have the given digest."
    if (position, digest) != (chain.position, bytes(chain.digest)):
        return f"The chain ends at entry {position} but had reached entry {chain.position}: its end was removed."
    if missing_position:
        return f"The chain ends at entry {position}; the given entry {missing_position} is missing."
    return ""


def _entry_problem(expected: int, position: int | None, entry_id: int, *, intact: bool) -> str:
    if position is None:
        return f"Entry id {entry_id} is not in the chain: it was added without the trigger."
    if position != expected:
        return f"Entry {expected} is missing."
    return "" if intact else f"Entry {position} (id {entry_id}) was altered: its digest does not match."


def _entries(chain: AuditChain) -> Iterator[tuple[int, int | None, bytes | None, bytes]]:
    condition = "account_id IS NULL" if chain.account_id == INSTALLATION else "account_id = %(account)s"
    span = {"account": chain.account_id, "closed": chain.closed_position, "last": chain.position}
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ENTRIES.format(condition=condition), span)
        yield from cursor
