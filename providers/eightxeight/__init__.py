"""8x8 Chat Apps. It does its own pacing and has no health status."""

from django.utils.translation import gettext_lazy as _

from providers.authentication import by_header
from providers.eightxeight import gateway, translation
from providers.eightxeight.parse import parse
from providers.eightxeight.simulation import SIMULATION
from providers.umids import hexadecimal
from providers.vendor import Sending, Vendor, Webhooks
from providers.vocabulary import Shape

EIGHT_X_EIGHT = Vendor(
    name="8x8",
    label="8x8",
    company="8x8",
    shape=Shape.EIGHT_X_EIGHT,
    reports_pricing_type=False,
    names_subaccount=True,
    umid=hexadecimal,
    webhooks=Webhooks(
        parse=parse,
        authenticate=by_header,
        header="Authorization",
        stored_headers=("X-8x8-Signature",),
        setup=_(
            "At 8x8, register the address with this header for delivery receipts, inbound messages and Business "
            "Management events."
        ),
    ),
    sending=Sending(send=gateway.send, from_8x8=translation.from_8x8, has_other_channels=True),
    simulation=SIMULATION,
)
