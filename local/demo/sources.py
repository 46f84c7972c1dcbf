"""Who made the demo's messages: what the gateway writes of those that are sent through it."""

from django.db import connection

from accounts.models import Account
from messaging.log.enums import SourceCategory
from messaging.log.models import Source, Template

_SENT_ELSEWHERE = "8x8"  # its messages are known from webhooks alone, which do not name what made them
# template: what sends it, its name, and to whom; an empty template stands for texts
_SENDERS = {
    "weekend_sale": (SourceCategory.CAMPAIGN, "Weekend sale", "lead"),
    "new_arrivals": (SourceCategory.CAMPAIGN, "New arrivals", "customer"),
    "abandoned_cart": (SourceCategory.TEMPLATE_BOT, "Cart reminder", "customer"),
    "payment_reminder": (SourceCategory.TEMPLATE_BOT, "Payment reminder", "customer"),
    "appointment_reminder": (SourceCategory.TEMPLATE_BOT, "Appointments", "customer"),
    "order_update": (SourceCategory.API, "Shop", "customer"),
    "delivery_today": (SourceCategory.API, "Shop", "customer"),
    "login_code": (SourceCategory.API, "Login", "customer"),
    "": (SourceCategory.API, "Help desk", "customer"),
}
_NAME = """
UPDATE log_message
SET source_id = %s, recipient_type = %s, response_code = CASE WHEN rejected_at IS NULL THEN 200 ELSE 400 END
WHERE account_id = %s AND direction = 'outbound' AND provider <> %s AND coalesce(template_id, 0) = ANY(%s)
"""


def name_senders(account: Account) -> None:
    """Say of every sent message what made it."""
    templates = list(Template.objects.filter(account=account).values_list("name", "id"))
    with connection.cursor() as cursor:
        for name, (category, sender, recipient) in _SENDERS.items():
            source, _ = Source.objects.get_or_create(account=account, category=category, name=sender)
            ids = [pk for template, pk in templates if template == name] or [0]
            cursor.execute(_NAME, [source.pk, recipient, account.pk, _SENT_ELSEWHERE, ids])
