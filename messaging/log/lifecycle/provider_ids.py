"""The ids by which providers know our messages.

A message to send enters the log under its UMID, because it has no provider's id yet; `assign_provider_ids` sets it. A
webhook may arrive before the provider's answer. Then there are two rows, which are merged.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction

from messaging.log.lifecycle.columns import KEY, sql_list
from messaging.log.lifecycle.duplicates import Duplicate, absorb
from messaging.log.lifecycle.sql.statements import same_key
from messaging.log.models.message_key import key_digits

_PREFIX = "tollgate:"  # begins the reference that providers repeat in their webhooks


def reference(umid: str) -> str:
    """The reference of a message, which providers repeat in their webhooks."""
    return f"{_PREFIX}{umid}"


def referenced_umid(text: str) -> str:
    """The UMID in a reference of ours; empty for anything else."""
    if not text.startswith(_PREFIX):
        return ""
    try:
        return str(UUID(text.removeprefix(_PREFIX)))
    except ValueError:
        return ""


class Binding(NamedTuple):
    """The UMID of a message and the provider's id of it."""

    account_id: int
    provider: str
    umid: str
    provider_message_id: str


webhook_id_listeners: list[Callable[[Sequence[Binding]], None]] = []
"""Called in the transaction in which webhooks refer to our messages. messaging.sending registers here."""

# b: the binding, o: our anchor, under the UMID, n: the new anchor, under the provider's id
_BINDINGS = f"unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) b ({sql_list(Binding._fields)})"
_OURS = f"({sql_list(KEY, 'o')}) = (b.account_id, b.provider, b.umid)"
_NEW = same_key("n", "b")
_ANCHOR = f"""
INSERT INTO log_anchor (account_id, provider, provider_message_id, message_id, created_at)
SELECT o.account_id, o.provider, b.provider_message_id, o.message_id, o.created_at
FROM {_BINDINGS} JOIN log_anchor o ON {_OURS}
ORDER BY o.account_id, o.provider, b.provider_message_id ON CONFLICT DO NOTHING
"""  # noqa: S608 - every name is a constant of this module
_SET_PROVIDER_ID = f"""
WITH freed AS (
    DELETE FROM log_anchor o USING {_BINDINGS}, log_anchor n
    WHERE {_OURS} AND {_NEW} AND n.message_id = o.message_id AND b.umid <> b.provider_message_id
    RETURNING o.account_id, o.message_id, n.created_at, b.provider_message_id
)
UPDATE log_message m SET provider_message_id = f.provider_message_id
FROM freed f WHERE m.account_id = f.account_id AND m.created_at = f.created_at AND m.id = f.message_id
"""  # noqa: S608
_SELECT_DUPLICATES = f"""
SELECT b.account_id, b.provider, b.umid, b.provider_message_id, o.message_id, o.created_at, n.message_id, n.created_at
FROM {_BINDINGS} JOIN log_anchor o ON {_OURS} JOIN log_anchor n ON {_NEW} AND n.message_id <> o.message_id
ORDER BY 1, 2, 4 FOR UPDATE OF o, n
"""  # noqa: S608
# A message that was deleted before its provider's id was known: its row in log_deleted gets the key of that id.
_SET_DELETED_KEY = """
UPDATE log_deleted d SET message_key = k.message_key FROM unnest(%s::uuid[], %s::uuid[]) k (umid_key, message_key)
WHERE d.message_key = k.umid_key AND NOT EXISTS (SELECT FROM log_deleted o WHERE o.message_key = k.message_key)
"""


def assign_provider_ids(bindings: Sequence[Binding]) -> None:
    """Give messages their provider's ids. Repeating it changes nothing.

    UMIDs that are not in the log, or have the id already, are skipped. For a deleted message, its row in log_deleted
    gets the id.
    """
    if not bindings:
        return
    columns = [list(column) for column in zip(*bindings, strict=True)]
    umid_keys = [key_digits(each.account_id, each.provider, each.umid) for each in bindings]
    keys = [key_digits(each.account_id, each.provider, each.provider_message_id) for each in bindings]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ANCHOR, columns)
        cursor.execute(_SET_PROVIDER_ID, columns)
        cursor.execute(_SET_DELETED_KEY, [umid_keys, keys])
        cursor.execute(_SELECT_DUPLICATES, columns)
        for row in cursor.fetchall():
            absorb(cursor, Duplicate(*row))


def learn_provider_ids(bindings: Sequence[Binding]) -> None:
    """Assign the ids of messages that webhooks named by our reference, and notify `webhook_id_listeners`."""
    if not bindings:
        return
    assign_provider_ids(bindings)
    for listener in webhook_id_listeners:
        listener(bindings)
