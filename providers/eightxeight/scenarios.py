"""What 8x8 posts beside plain receipts: the SMS after a failed message, other channels, persons, media, echoes."""

from decimal import Decimal
from typing import Any

from providers.eightxeight.simulated_webhooks import User, Webhook, announcement
from providers.scenarios import Context, Person, Scenario, Webhooks

_PER_SMS = Decimal("0.0305")
_CONTENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Image", {"url": "https://chatapps.8x8.com/files/a1.jpg", "text": "Is this the right size?"}),
    ("Audio", {"url": "https://chatapps.8x8.com/files/a2.ogg"}),
    ("Video", {"url": "https://chatapps.8x8.com/files/a3.mp4"}),
    ("File", {"url": "https://chatapps.8x8.com/files/receipt.pdf"}),
    ("Location", {"location": {"latitude": 1.3048, "longitude": 103.8318}}),
    ("Interactive", {"interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "I come today"}}}),
    ("Interactive", {"interactive": {"type": "list_reply", "list_reply": {
        "id": "s2", "title": "Size 42", "description": "In stock"}}}),
    ("Interactive", {"interactive": {"type": "nfmReply", "nfmReply": {"responseJson": '{"rating": "5"}'}}}),
    ("Interactive", {"interactive": {"type": "callPermissionReply", "callPermissionReply": {
        "response": "accept", "isPermanent": False, "responseSource": "user_action"}}}),
    ("Text", {"text": "STOP"}),
    ("Text", {"text": "START"}),
)  # fmt: skip


def _user(person: Person, *, named: bool = True) -> User:
    return User(person.shown_msisdn, person.user_id, *((person.name, person.username.removeprefix("@")) * named))


class _Message:
    """One message of a context, and its webhooks."""

    def __init__(self, context: Context, user: User) -> None:
        self._context, self._user, self._umid = context, user, context.umid()

    def after(self, seconds: int) -> Webhook:
        """The webhook builder so many seconds after the beginning."""
        return Webhook(self._context.sender.subaccount, self._umid, self._user, self._context.moment(seconds))


def sms_fallback(context: Context) -> Webhooks:
    """WhatsApp does not deliver, so 8x8 sends an SMS under the same UMID; the person answers by SMS."""
    number, begin = User(context.person.msisdn), context.begin
    legs, utility = _Message(context, number), {"pricingCategory": "utility"}
    yield begin, legs.after(0).receipt("queued")
    yield begin + 2, legs.after(2).receipt("delivered", "delivered_to_operator", whatsapp=utility)
    yield begin + 8, legs.after(8).failure(131026)
    yield begin + 910, legs.after(910).receipt("queued", channel="sms")
    yield begin + 915, legs.after(915).receipt("delivered", "delivered_to_recipient", channel="sms")
    yield begin + 916, legs.after(916).sms_receipt(context.rng.randrange(1, 4), _PER_SMS)
    answer = _Message(context, number).after(2000)
    yield begin + 2000, answer.sms_inbound(context.sender.msisdn, "When does it arrive?")


def other_channels(context: Context) -> Webhooks:
    """A Viber and an RCS message of the same subaccount."""
    for seconds, channel in ((0, "viber"), (60, "rcs")):
        leg = _Message(context, User(context.person.msisdn)).after(seconds)
        yield context.begin + seconds, leg.receipt("delivered", "delivered_to_recipient", channel=channel)


def contents(context: Context) -> Webhooks:
    """A person sends one message of each type."""
    for minute, (kind, content) in enumerate(_CONTENTS):
        webhook = _Message(context, _user(context.person)).after(60 * minute)
        yield context.begin + 60 * minute, webhook.inbound(context.sender.number_id, kind, content)


def a_username(context: Context) -> Webhooks:
    """A person who hides the number writes and gets an answer; then WhatsApp reports a stop in its menu."""
    person, begin = context.another(hides_number=True), context.begin
    question = _Message(context, _user(person)).after(0)
    yield begin, question.inbound(context.sender.number_id, "Text", {"text": "Do you ship to Johor?"})
    answer = _Message(context, _user(person, named=False))
    free = {"pricingCategory": "service"}
    yield begin + 62, answer.after(62).receipt("delivered", "delivered_to_recipient", whatsapp=free)
    yield begin + 300, answer.after(300).receipt("read")
    preference = {
        "user_id": person.user_id, "category": "marketing_messages", "value": "stop", "timestamp": begin + 400,
        "detail": "User requested to stop marketing messages",
    }  # fmt: skip
    about = {"display_phone_number": context.sender.msisdn, "phone_number_id": context.sender.number_id}
    raw = {"field": "user_preferences", "value": {"metadata": about, "user_preferences": [preference]}}
    yield begin + 400, _announce(context, 400, "whatsapp_preference", {"rawEvent": raw})


def an_echo(context: Context) -> Webhooks:
    """Somebody answers from the WhatsApp Business app."""
    webhook = _Message(context, User(context.person.msisdn)).after(0)
    yield context.begin, webhook.echo("We keep it for you until six.")


def _announce(context: Context, seconds: int, kind: str, details: dict[str, Any]) -> bytes:
    return announcement(context.sender.waba_id, context.umid(), context.moment(seconds), kind, details)


ALL: tuple[Scenario, ...] = (sms_fallback, other_channels, contents, a_username, an_echo)
