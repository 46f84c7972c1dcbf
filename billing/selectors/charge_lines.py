"""The charges of any number of delivered messages, as one statement.

A message's charge comes from the rated line that counted it, so exported charges add up to the cost report. Its line is
the one of its bucket, day and kind whose tier contains the message; the tier cuts determine the tier.
"""

from datetime import date, datetime

from accounts.models import Account
from billing.selectors.sums import CostFilter, kinds_of
from core.extracts import Extract, inline_params

_CHARGES = """
SELECT f.message_key, f.billed_at, f.day, k.provider, k.subaccount_id, k.waba_id, k.phone_number_id, k.template_id,
    k.country, k.market, k.category, k.pricing_type, k.currency, coalesce(l.state, 'unrated') AS state,
    coalesce(l.reason, 'not_rated_yet') AS reason, r.tier, l.unit_price,
    c.name || ', revision ' || c.revision AS rate_card, coalesce(l.price_source, '') AS price_source,
    l.sell_state, l.sell_reason, l.sell_price
FROM billing_bucket b
JOIN billing_usagefact f ON f.bucket_id = b.id
JOIN billing_usagekind k ON k.id = f.kind_id
LEFT JOIN LATERAL (
    SELECT max(t.above) AS above FROM billing_tiercut t
    WHERE t.bucket_id = b.id AND (t.billed_at, t.message_key) <= (f.billed_at, f.message_key)
) passed ON true
LEFT JOIN LATERAL (
    SELECT l.* FROM billing_ratedline l
    WHERE l.bucket_id = b.id AND l.day = f.day AND l.kind_id = f.kind_id
        AND coalesce(l.above, 0) <= coalesce(passed.above, 0) AND coalesce(l.sell_above, 0) <= coalesce(passed.above, 0)
    ORDER BY (l.reason = 'service_allowance') = (coalesce(passed.above, 0) < b.allowance) DESC,
        l.above DESC NULLS LAST, l.sell_above DESC NULLS LAST
    LIMIT 1
) l ON true
LEFT JOIN billing_rate r ON r.id = l.rate_id
LEFT JOIN billing_ratecard c ON c.id = r.card_id
WHERE b.account_id = {account} AND {facts}
"""


def charges_by_key(account: Account, keys: str) -> Extract:
    """The charges of the messages whose keys a subselect returns, unordered."""
    return Extract(_CHARGES.format(account=account.pk, facts=f"f.message_key IN ({keys})"))


def charges_between(
    account: Account, cost_filter: CostFilter, days: tuple[date, date], span: tuple[datetime, datetime]
) -> Extract:
    """The charges of some days (inclusive) of messages delivered in the span (end exclusive), unordered."""
    kinds, parameters = kinds_of(account, cost_filter)
    facts = inline_params(
        "b.month BETWEEN date_trunc('month', %(first)s::date) AND %(last)s AND f.day BETWEEN %(first)s AND %(last)s "
        f"AND f.billed_at >= %(lo)s AND f.billed_at < %(hi)s AND {kinds}",
        {"first": days[0], "last": days[1], "lo": span[0], "hi": span[1], **parameters},
    )
    state = inline_params(" AND coalesce(l.state, 'unrated') = %s", [cost_filter.state]) if cost_filter.state else ""
    return Extract(_CHARGES.format(account=account.pk, facts=facts + state))
