"""The names of numbers and templates in reports (see billing.dimensions)."""

from collections.abc import Sequence

from accounts.models import Account
from billing.dimensions import Names
from core.numbers import format_number
from messaging.log.models import PhoneNumber, Template
from messaging.log.selectors.channels import channels, template_names


def _channels(account: Account, subaccount_ids: Sequence[int] | None) -> list[tuple[str, str]]:
    """Provider's id, and display name with the number."""
    return [
        (number.provider_number_id, f"{number.display_name} {format_number(number.msisdn)}".strip())
        for number in channels(account, subaccount_ids)
    ]


def _templates(account: Account, subaccount_ids: Sequence[int] | None) -> list[tuple[str, str]]:
    """Each name once."""
    return [(name, name) for name in template_names(account, subaccount_ids)]


CHANNELS = Names(PhoneNumber, ("provider_number_id", "display_name"), _channels)
TEMPLATES = Names(Template, ("name", "language"), _templates)
