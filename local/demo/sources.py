"""Sources of the demo's messages, as the gateway writes them for messages that it sends."""

from django.db import connection

from accounts.models import Account
from messaging.log.enums import SourceCategory
from messaging.log.models import Source, Template

_SENT_ELSEWHERE = "8x8"  # only webhooks report its messages, and they name no source
# template: category and name of the source, recipient type; an empty template stands for texts
_SOURCES = {
    "weekend_sale": (SourceCategory.CAMPAIGN, "Weekend sale", "lead"),
    "new_arrivals": (SourceCategory.CAMPAIGN, "New arrivals", "customer"),
    "abandoned_cart": (SourceCategory.TEMPLATE_BOT, "Cart reminder", "customer"),
    "payment_reminder": (SourceCategory.TEMPLATE_BOT, "Payment reminder", "customer"),
    "appointment_reminder": (SourceCategory.TEMPLATE_BOT, "Appointments", "customer"),
    "winter_picks": (SourceCategory.CAMPAIGN, "Winter", "customer"),
    "flash_sale": (SourceCategory.CAMPAIGN, "Flash sale", "customer"),
    "order_update": (SourceCategory.API, "Shop", "customer"),
    "invoice_ready": (SourceCategory.API, "Shop", "customer"),
    "store_visit": (SourceCategory.API, "Shop", "customer"),
    "delivery_today": (SourceCategory.API, "Shop", "customer"),
    "login_code": (SourceCategory.API, "Login", "customer"),
    "copy_code": (SourceCategory.API, "Login", "customer"),
    "": (SourceCategory.API, "Help desk", "customer"),
}
_SET_SOURCE = """
UPDATE log_message
SET source_id = %s, recipient_type = %s, response_code = CASE WHEN rejected_at IS NULL THEN 200 ELSE 400 END
WHERE account_id = %s AND direction = 'outbound' AND provider <> %s AND coalesce(template_id, 0) = ANY(%s)
"""


def assign_sources(account: Account) -> None:
    """Set the source of every message that the gateway sent."""
    templates = list(Template.objects.filter(account=account).values_list("name", "id"))
    with connection.cursor() as cursor:
        for template_name, (category, name, recipient_type) in _SOURCES.items():
            source, _ = Source.objects.get_or_create(account=account, category=category, name=name)
            ids = [pk for each, pk in templates if each == template_name] or [0]
            cursor.execute(_SET_SOURCE, [source.pk, recipient_type, account.pk, _SENT_ELSEWHERE, ids])
