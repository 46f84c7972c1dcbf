"""Masks persons in the texts of other people on other channels."""

from datetime import datetime

from django.db import connection, transaction

from accounts.models import Account
from messaging.legs.models import Leg
from messaging.log.services.erasure import Person, mask_json

_BATCH = 5_000  # legs that a sweep reads at once
_MENTIONS = """
SELECT max(id), array_agg(id) FILTER (WHERE account_id = %s AND content::text ~ %s)
FROM (SELECT id, account_id, content FROM legs_leg WHERE id > %s ORDER BY id LIMIT %s) batch
"""


@transaction.atomic
def mask_in_contents(account: Account, person: Person, after: int, until: datetime) -> tuple[int, int | None]:
    """Mask a person in the next contents, those recorded until then.

    Returns how many changed, and the id after which the next call continues; None at the end.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MENTIONS, [account.pk, person.pattern, after, _BATCH])
        last, ids = cursor.fetchone()
    rows = Leg.objects.filter(account=account, pk__in=ids or [], recorded_at__lte=until, content__isnull=False)
    changed = 0
    for leg in rows.order_by("record_key").select_for_update():  # the order in which webhooks lock them
        masked = mask_json(leg.content, person.names_at(leg.created_at))
        if masked != leg.content:
            changed += Leg.objects.filter(account=account, pk=leg.pk).update(content=masked)
    return changed, last
