"""8x8's webhooks beside plain receipts and texts, for the demo: other channels, persons with usernames, media, echoes.

Shapes: 8x8's developer documentation of 2026-07-23, receipts of version 9, inbound messages of version 3.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from providers.eightxeight.bodies import user_object
from providers.eightxeight.delivery_codes import delivery_code
from providers.eightxeight.statuses import moment

Part = dict[str, Any]
_RECEIPT, _INBOUND, _ECHO = "outbound_message_status_changed", "inbound_message_received", "external_app_message"
_DESCRIPTIONS = {
    _RECEIPT: "ChatApps outbound message delivery receipt", _INBOUND: "ChatApps inbound message",
    _ECHO: "External App Message",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class User:
    """A person as 8x8 names them: without `msisdn` if they hide it, without `channelUserId` before WhatsApp answers."""

    msisdn: str = ""
    user_id: str = ""
    name: str = ""
    username: str = ""

    def as_json(self) -> dict[str, str]:
        """The object `user`, without what is unknown."""
        return user_object(self.msisdn, self.user_id, name=self.name, username=self.username)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook about one message between a subaccount and a person. Each method returns a body."""

    subaccount: str
    umid: str
    user: User
    at: datetime

    def receipt(self, state: str, detail: str = "", *, channel: str = "whatsapp", **more: Any) -> bytes:
        """A delivery receipt of a message, or of its leg on another channel."""
        status = {"state": state, **({"detail": detail} if detail else {}), "timestamp": moment(self.at)}
        return self._chat(9, _RECEIPT, {"channel": channel, "status": status} | more)

    def failure(self, meta_code: int) -> bytes:
        """The receipt of a WhatsApp message that Meta refused with a code."""
        code, title = delivery_code(meta_code)
        error = {"detail": "rejected_by_operator", "errorCode": code, "errorMessage": title}
        status = {"state": "undelivered", "timestamp": moment(self.at), **error}
        about_meta = {"providerErrorCode": str(meta_code)}
        return self._chat(9, _RECEIPT, {"channel": "whatsapp", "status": status, "whatsapp": about_meta})

    def inbound(self, channel_id: str, kind: str, content: Part, **more: Any) -> bytes:
        """A message of the person."""
        recipient = {"channel": "whatsapp", "channelId": channel_id}
        timed = {"timestamp": moment(self.at), "recipient": recipient, "type": kind, "content": content}
        return self._chat(3, _INBOUND, timed | more)

    def echo(self, text: str) -> bytes:
        """A text that the business sent from its WhatsApp Business app."""
        timed = {"timestamp": moment(self.at), "type": "Text", "content": {"text": text}}
        return self._chat(9, _ECHO, {"channel": "whatsapp"} | timed)

    def sms_receipt(self, parts: int, per_sms: Decimal) -> bytes:
        """The receipt of a delivered SMS, which states its price in USD."""
        status = {"state": "delivered", "detail": "delivered_to_recipient", "timestamp": moment(self.at)}
        price = {"total": float(parts * per_sms), "perSms": float(per_sms), "currency": "USD"}
        ends = {"source": "ACME", "destination": f"+{self.user.msisdn}"}
        return self._sms(_RECEIPT, {**ends, "status": status, "price": price, "smsCount": parts})

    def sms_inbound(self, to: str, text: str) -> bytes:
        """An SMS of the person."""
        ends = {"timestamp": moment(self.at), "source": f"+{self.user.msisdn}", "destination": f"+{to}"}
        return self._sms(_INBOUND, {**ends, "body": text, "encoding": "GSM7", "smsCount": 1})

    def _chat(self, version: int, kind: str, payload: Part) -> bytes:
        envelope = {"version": version, "namespace": "ChatApps", "description": _DESCRIPTIONS[kind], "eventType": kind}
        return self._body(envelope, {"user": self.user.as_json()} | payload)

    def _sms(self, kind: str, payload: Part) -> bytes:
        return self._body({"namespace": "SMS", "eventType": kind, "description": "SMS"}, payload)

    def _body(self, envelope: Part, payload: Part) -> bytes:
        return orjson.dumps(envelope | {"payload": {"umid": self.umid, "subAccountId": self.subaccount} | payload})


def announcement(waba_id: str, event_id: str, at: datetime, kind: str, details: Part) -> bytes:
    """A Business Management event (CABM)."""
    envelope = {"eventId": event_id, "timestamp": moment(at), "provider": "WhatsApp", "businessAccountId": waba_id}
    return orjson.dumps(envelope | {"accountId": "acme", "eventType": kind, "eventDetails": details})
