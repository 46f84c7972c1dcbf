"""Provider ids from webhooks, for submissions whose provider has not answered yet or never will."""

from collections.abc import Sequence

from django.db import connection

from messaging.log.lifecycle.provider_ids import Binding

# A row in `sending` still waits for the answer or the end of its lease; an `uncertain` row becomes `answered`.
_STORE_IDS = """
UPDATE sending_submission s SET provider_message_id = b.provider_message_id,
    state = CASE s.state WHEN 'uncertain' THEN 'answered' ELSE s.state END,
    outcome = CASE s.state WHEN 'uncertain' THEN jsonb_build_object('kind', 'accepted', 'at', now(),
        'provider_message_id', b.provider_message_id, 'by', 'webhook') ELSE s.outcome END
FROM unnest(%s::uuid[], %s::text[]) b (umid, provider_message_id)
WHERE s.umid = b.umid AND s.state IN ('sending', 'uncertain') AND s.provider_message_id = ''
"""


def store_webhook_ids(bindings: Sequence[Binding]) -> None:
    """Store the provider's ids with submissions that have none."""
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE_IDS, [[binding.umid for binding in bindings], [binding.provider_message_id for binding in bindings]]
        )
