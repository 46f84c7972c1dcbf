"""360dialog: bodies in Meta's form, with credentials of its own."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from providers.authentication import by_header
from providers.dialog360 import gateway
from providers.dialog360.parse import parse
from providers.dialog360.simulation import HEADER, SIMULATION
from providers.meta import SENDING
from providers.vendor import Vendor, Webhooks
from providers.vocabulary import Shape

DIALOG_360 = Vendor(
    name="360dialog",
    label="360dialog",
    company="360dialog",
    shape=Shape.DIALOG_360,
    webhooks=Webhooks(
        parse=parse,
        authenticate=by_header,
        header=HEADER,
        stored_headers=("X-Hub-Signature-256",),
        setup=_("At 360dialog, register the address with this header as the webhook URL."),
    ),
    sending=replace(SENDING, send=gateway.send, mark_read=gateway.mark_read),
    health=gateway.health,
    simulation=SIMULATION,
)
