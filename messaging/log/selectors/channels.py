"""The numbers and templates that a person can filter by."""

from collections.abc import Sequence

from accounts.models import Account
from messaging.log.models import PhoneNumber, Template

MOST = 500  # choices in one list


def channels(account: Account, subaccount_ids: Sequence[int] | None) -> list[PhoneNumber]:
    """The phone numbers of these subaccounts (None: all), by name."""
    numbers = PhoneNumber.objects.filter(account=account)
    if subaccount_ids is not None:
        numbers = numbers.filter(subaccount__in=subaccount_ids)
    return list(numbers[:MOST])


def named_templates(account: Account, subaccount_ids: Sequence[int] | None) -> list[Template]:
    """The templates that the WABAs of these subaccounts (None: all) have, by name, without their texts."""
    rows = Template.objects.filter(account=account).defer("components")
    if subaccount_ids is not None:
        rows = rows.filter(
            waba__in=PhoneNumber.objects.filter(account=account, subaccount__in=subaccount_ids).values("waba")
        )
    return list(rows[:MOST])


def template_names(account: Account, subaccount_ids: Sequence[int] | None) -> list[str]:
    """Names of the templates that the WABAs of these subaccounts (None: all) have, each once."""
    templates = Template.objects.filter(account=account)
    if subaccount_ids is not None:
        templates = templates.filter(waba__phone_numbers__subaccount__in=subaccount_ids)
    return list(templates.order_by("name").values_list("name", flat=True).distinct()[:MOST])
