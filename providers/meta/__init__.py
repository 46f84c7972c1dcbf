"""Meta's Cloud API."""

from django.utils.translation import gettext_lazy as _

from providers.meta import gateway, translation, webhooks
from providers.meta.parse import parse
from providers.meta.simulation import SIMULATION
from providers.vendor import Pacing, Sending, Vendor, Verification, Webhooks
from providers.vocabulary import Shape

SENDING = Sending(
    send=gateway.send,
    mark_read=gateway.mark_read,
    from_8x8=translation.from_8x8,
    from_cloud=translation.from_cloud,
    # Cloud API throughput page, facts of 2025-12.
    pacing=Pacing(
        per_second=80, tiers={"HIGH": 1_000}, pair_every=6.0, pair_burst=45, refusals=frozenset({130429, 80007, 4})
    ),
)
META = Vendor(
    name="meta",
    label="Meta Cloud API",
    company="Meta",
    shape=Shape.GRAPH,
    webhooks=Webhooks(
        parse=parse,
        authenticate=webhooks.authenticate,
        stored_headers=(webhooks.HEADER,),
        app_secret_help=_("Meta signs webhooks with it. Find it in the app dashboard under App settings, Basic."),
        verification=Verification(answer=webhooks.answer, query=webhooks.verification_query),
        setup=_(
            "Enter them in the app dashboard under WhatsApp, Configuration, as callback URL and verify token. "
            "Then subscribe to the field <code>messages</code> and the template and number fields."
        ),
    ),
    sending=SENDING,
    health=gateway.health,
    simulation=SIMULATION,
)
