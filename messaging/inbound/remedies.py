"""The remedy of each kind of reason, in words for the people of the account."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.enums import Permission
from core.words import Text
from messaging.inbound.enums import ReasonKind
from messaging.inbound.models import InboxItem
from messaging.inbound.visibility import Sight, visible_reason

# The label, view and permission of a page that helps.
Link = tuple[Text, str, Permission]

_REMEDIES: dict[ReasonKind, tuple[Text, tuple[Link, ...]]] = {
    ReasonKind.UNREGISTERED: (
        _(
            "Register it: a subaccount yourself, a number or WABA through the operator of this portal. Parked parts "
            "are then applied within seconds, without a replay. If it is not yours, remove the address at the provider."
        ),
        (
            (_("Subaccounts"), "log:subaccounts", Permission.MANAGE_SUBACCOUNTS),
            (_("Numbers"), "log:numbers", Permission.VIEW_MESSAGES),
        ),
    ),
    ReasonKind.AMBIGUOUS: (
        _("Ask the operator of this portal to keep the number or WABA in one account, then replay the webhook."),
        (),
    ),
    ReasonKind.UNREADABLE: (
        _(
            "Find out who posts to this address. If it is not the provider, rotate the secret of the endpoint. If it "
            "is, report the body to the provider. A replay helps only after an upgrade of this portal."
        ),
        ((_("Webhook endpoints"), "inbound:endpoints", Permission.MANAGE_WEBHOOKS),),
    ),
    ReasonKind.UNKNOWN: (
        _(
            "You need not do anything now. To receive fewer of these, unsubscribe from the field at the provider. "
            "After an upgrade of this portal that understands it, replay the webhook."
        ),
        (),
    ),
    ReasonKind.PART: (
        _(
            "Look at the part of the body that the reason names. Its id, time or form differs from the provider’s "
            "documentation: report it to the provider if it goes on. The other parts are not affected."
        ),
        (),
    ),
    ReasonKind.REPORTED: (
        _(
            "The provider reports a problem of its own or of your number, not of one message. Look up the code at the "
            "provider, and see the health page."
        ),
        ((_("Health"), "log:health", Permission.VIEW_DASHBOARD),),
    ),
    ReasonKind.FAILED: (
        _(
            "This portal could not process it, and nothing of it is applied. Report it to the operator with the time "
            "and the reason. Replay it when the fault is repaired."
        ),
        (),
    ),
    ReasonKind.NOTE: (_("Nothing is wrong, and you need not do anything."), ()),
}


@dataclass(frozen=True, slots=True)
class ExplainedReason:
    """One line of a webhook's reason, as a role may see it, with its remedy."""

    kind: ReasonKind
    text: str
    remedy: Text
    links: Sequence[Link]


@dataclass(frozen=True, slots=True)
class Parts:
    """How many parts of a webhook are not applied, and how many are, by type (messages, changes, contacts, records)."""

    held: int
    applied: dict[str, int]


def parts_of(item: InboxItem) -> Parts:
    """The parts of a webhook with a reason."""
    outcome = item.outcome or {}
    return Parts(outcome.get("held", 0), outcome.get("applied", {}))


def kinds_of(item: InboxItem) -> list[ReasonKind]:
    """The kind of each line of a webhook's reason; a line without one is about a failed attempt."""
    lines = item.reason.splitlines()
    kinds = (item.outcome or {}).get("kinds", [])
    return [ReasonKind(kind) for kind in kinds] if len(kinds) == len(lines) else [ReasonKind.FAILED] * len(lines)


def explain(item: InboxItem, sight: Sight) -> list[ExplainedReason]:
    """The reasons of a webhook, in order; none for one that is done or waiting."""
    pairs = zip(kinds_of(item), item.reason.splitlines(), strict=True)
    return [ExplainedReason(kind, visible_reason(kind, text, sight), *_REMEDIES[kind]) for kind, text in pairs]
