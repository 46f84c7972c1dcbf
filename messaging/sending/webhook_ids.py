"""What webhooks say of messages whose provider has not answered, or never will."""

from collections.abc import Sequence

from django.db import connection

from messaging.log.lifecycle.provider_ids import Binding

# What is being sent waits for the provider's answer, or for its lease to end; what was uncertain is so no more.
_LEARN = """
UPDATE sending_submission s SET provider_message_id = b.provider_message_id,
    state = CASE s.state WHEN 'uncertain' THEN 'answered' ELSE s.state END,
    outcome = CASE s.state WHEN 'uncertain' THEN jsonb_build_object('kind', 'accepted', 'at', now(),
        'provider_message_id', b.provider_message_id, 'by', 'webhook') ELSE s.outcome END
FROM unnest(%s::uuid[], %s::text[]) b (umid, provider_message_id)
WHERE s.umid = b.umid AND s.state IN ('sending', 'uncertain') AND s.provider_message_id = ''
"""


def learn(bindings: Sequence[Binding]) -> None:
    """Note the provider's ids with the submissions that still wait for them."""
    with connection.cursor() as cursor:
        cursor.execute(_LEARN, [[each.umid for each in bindings], [each.provider_message_id for each in bindings]])
