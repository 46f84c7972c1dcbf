"""The labels of audit entries."""

import re
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.words import YEAR_AND_MINUTE, format_date

_ACTIONS = {
    "api_key.created": _("API key created"),
    "api_key.revoked": _("API key revoked"),
    "audit.closed": _("Oldest audit log entries deleted"),
    "audit.exported": _("Audit log exported"),
    "deletion.confirmed": _("Deletion confirmed"),
    "deletion.ended": _("Deletion ended"),
    "deletion.stopped": _("Deletion stopped"),
    "endpoint.changed": _("Webhook endpoint changed"),
    "endpoint.created": _("Webhook endpoint created"),
    "endpoint.rotated": _("Webhook endpoint rotated"),
    "export.cancelled": _("Export cancelled"),
    "export.created": _("Export created"),
    "export.deleted": _("Export deleted"),
    "export.downloaded": _("Export downloaded"),
    "export.finished": _("Export finished"),
    "export_schedule.created": _("Export schedule created"),
    "export_schedule.ended": _("Export schedule ended"),
    "hold.lifted": _("Legal hold lifted"),
    "hold.placed": _("Legal hold placed"),
    "inbox.replayed": _("Webhooks replayed"),
    "inbox.replay_started": _("Replay of webhooks on hold started"),
    "market_table.activated": _("Market table activated"),
    "market_table.discarded": _("Market table discarded"),
    "message.cancelled": _("Message cancelled"),
    "message.resolved": _("Message resolved"),
    "message.sent_again": _("Message resent"),
    "number.moved": _("Number moved"),
    "person.password_changed": _("Login password changed"),
    "person.recovery_codes_made": _("Login recovery codes created"),
    "person.second_factor_added": _("Login second factor added"),
    "person.second_factor_removed": _("Login second factor removed"),
    "person.second_factor_reset": _("Login second factor reset"),
    "rate_card.activated": _("Rate card activated"),
    "rate_card.discarded": _("Rate card discarded"),
    "retention.changed": _("Retention changed"),
    "rule_set.activated": _("Rule set activated"),
    "rule_set.discarded": _("Rule set discarded"),
    "sell_terms.agreed": _("Own prices set"),
    "exemption.recorded": _("Exemption recorded"),
    "exemption.withdrawn": _("Exemption withdrawn"),
    "sell_terms.discarded": _("Own prices discarded"),
    "subaccount.closed": _("Subaccount closed"),
    "subaccount.created": _("Subaccount created"),
    "subaccount.opened": _("Subaccount reopened"),
    "subaccount.renamed": _("Subaccount renamed"),
    "suppression.added": _("Person added to the suppression list"),
    "suppression.exported": _("Suppression list exported"),
    "suppression.imported": _("Suppression list imported"),
    "suppression.lifted": _("Person lifted from the suppression list"),
    "suppression.words_changed": _("Stop and start words changed"),
    "team.changed": _("Team member changed"),
    "team.invitation_resent": _("Team invitation resent"),
    "team.invitation_withdrawn": _("Team invitation withdrawn"),
    "team.invited": _("Team member invited"),
    "team.joined": _("Team member joined"),
    "team.removed": _("Team member removed"),
    "usage.rated_again": _("Usage rated again"),
    "webhook.configured": _("Client webhook configured"),
    "webhook.deleted": _("Client webhook deleted"),
    "webhook.posted_again": _("Client webhook deliveries retried"),
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d\Z")


def action_words(action: str) -> str:
    """The label of an action: "API key created" for "api_key.created"; derived from the name for an unknown one."""
    label = _ACTIONS.get(action)
    return str(label) if label else _plain(action).replace(".", " ").strip().capitalize()


def details_words(details: Any) -> str:
    """The details of an entry on one line: "role viewer → admin; subaccounts acme_wa, acme_care".

    Names and values appear as stored, without null and empty values. Times are in the active time zone.
    """
    if isinstance(details, dict):
        if set(details) == {"from", "to"}:
            return f"{details_words(details['from'])} → {details_words(details['to'])}"
        pairs = ((_plain(name), details_words(value)) for name, value in details.items() if value not in (None, {}))
        return "; ".join(f"{name} {value}" for name, value in pairs)
    if isinstance(details, list):
        return ", ".join(details_words(value) for value in details) or gettext("none")
    if isinstance(details, bool):
        return gettext("yes") if details else gettext("no")
    return _moment(str(details)) if _MOMENT.match(str(details)) else str(details)


def _moment(text: str) -> str:
    return format_date(timezone.localtime(datetime.fromisoformat(text)), YEAR_AND_MINUTE)


def _plain(name: str) -> str:
    return name.replace("_", " ")
