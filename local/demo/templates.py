"""The templates of the made-up businesses, of all kinds; language `en`."""

from dataclasses import dataclass
from typing import Any

Component = dict[str, Any]


@dataclass(frozen=True)
class TemplatePlan:
    """A template. `{{n}}` in its body are parameters; `sample` has their values, `more` the other components.

    `share` is its part of the traffic of its category; a template without one is never sent.
    """

    name: str
    category: str
    body: str
    sample: tuple[str, ...] = ()
    more: tuple[Component, ...] = ()
    share: int = 8
    status: str = "APPROVED"

    @property
    def components(self) -> list[Component]:
        """The components in Meta's form and order."""
        parts = [*self.more, {"type": "BODY", "text": self.body}]
        order = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL")
        return sorted(parts, key=lambda part: order.index(part["type"]))

    @property
    def text(self) -> str:
        """The body with the sample's values."""
        text = self.body
        for number, value in enumerate(self.sample, start=1):
            text = text.replace(f"{{{{{number}}}}}", value)
        return text

    def component(self, kind: str) -> Component:
        """The component of a type; empty without one."""
        return next((part for part in self.components if part["type"] == kind), {})


def _header(kind: str, text: str = "") -> Component:
    return {"type": "HEADER", "format": kind, **({"text": text} if text else {})}


def _buttons(*buttons: Component) -> Component:
    return {"type": "BUTTONS", "buttons": list(buttons)}


def _reply(text: str) -> Component:
    return {"type": "QUICK_REPLY", "text": text}


def _link(text: str, url: str) -> Component:
    return {"type": "URL", "text": text, "url": url}


def _card(text: str) -> Component:
    buttons = _buttons(_reply("More like this"), _link("Buy", "https://shop.acme.example/p/{{1}}"))
    return {"components": [_header("IMAGE"), {"type": "BODY", "text": text}, buttons]}


PAUSED_TEMPLATE = "abandoned_cart"
MOVED_TEMPLATE = "payment_reminder"  # from utility to marketing
TEMPLATES = (
    TemplatePlan("order_update", "UTILITY", "Hello {{1}}, order {{2}} has shipped.", ("Jane", "4711")),
    TemplatePlan(
        "delivery_today",
        "UTILITY",
        "Hello {{1}}, your parcel arrives today between {{2}}.",
        ("Jane", "14:00 and 16:00"),
    ),
    TemplatePlan(
        MOVED_TEMPLATE, "UTILITY", "Hello {{1}}, {{2}} is due on {{3}}.", ("Jane", "invoice 4711", "5 December")
    ),
    TemplatePlan("appointment_reminder", "UTILITY", "Hello {{1}}, we see you on {{2}}.", ("Jane", "Monday at 10:00")),
    TemplatePlan("weekend_sale", "MARKETING", "{{1}}, this weekend everything is {{2}} off.", ("Jane", "20 %")),
    TemplatePlan("new_arrivals", "MARKETING", "{{1}}, new arrivals in {{2}} are here.", ("Jane", "Orchard Road")),
    TemplatePlan(PAUSED_TEMPLATE, "MARKETING", "{{1}}, your cart still holds {{2}}.", ("Jane", "running shoes")),
    # 8x8 masks codes.
    TemplatePlan("login_code", "AUTHENTICATION", "{{1}} is your verification code.", ("******",)),
)
# With headers, buttons and cards, and the states that announcements bring. Loaded with the traffic.
RICH_TEMPLATES = (
    TemplatePlan(
        "invoice_ready", "UTILITY", "Hello {{1}}, your invoice over {{2}} is attached.", ("Jane", "S$ 129.00"),
        (_header("DOCUMENT"), {"type": "FOOTER", "text": "Acme Retail"},
         _buttons(_link("Pay", "https://shop.acme.example/pay/{{1}}"))),
        share=2,
    ),
    TemplatePlan(
        "store_visit", "UTILITY", "Hello {{1}}, your parcel waits for you in this shop.", ("Jane",),
        (_header("LOCATION"), _buttons(_reply("I come today"), _reply("Send it to me"))), share=1,
    ),
    TemplatePlan(
        "flash_sale", "MARKETING", "{{1}}, until midnight: {{2}} off with your code.", ("Jane", "30 %"),
        (_header("IMAGE"), _buttons({"type": "COPY_CODE", "example": "FLASH30"}, _reply("Stop promotions"))), share=2,
    ),
    TemplatePlan(
        "winter_picks", "MARKETING", "{{1}}, our picks for the winter.", ("Jane",),
        ({"type": "CAROUSEL", "cards": [_card("Wool coat"), _card("Snow boots")]},), share=1,
    ),
    TemplatePlan(
        "copy_code", "AUTHENTICATION", "{{1}} is your verification code.", ("******",),
        (_buttons({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}),), share=3,
    ),
    TemplatePlan("win_back", "MARKETING", "{{1}}, we miss you.", ("Jane",), share=0),
    TemplatePlan("mystery_box", "MARKETING", "{{1}}, guess what is inside.", ("Jane",), share=0),
    TemplatePlan("crypto_gift", "MARKETING", "{{1}}, claim your free coins.", ("Jane",), share=0, status="PENDING"),
)  # fmt: skip

# The parts that announcements about templates have for them.
ANNOUNCED = {"rejected": "crypto_gift", "paused": "win_back", "disabled": "mystery_box", "moving": "invoice_ready"}
# What the announcements make of them, for the sandbox.
SANDBOX_STATUSES = {"crypto_gift": "REJECTED", "win_back": "PAUSED", "mystery_box": "DISABLED"}
