"""What billing asks about numbers and templates (see billing.selectors.names)."""

from collections.abc import Collection, Mapping, Sequence

from accounts.models import Account
from core.numbers import whole
from messaging.log.models import PhoneNumber, Template
from messaging.log.selectors.channels import channels, template_names


class ChannelNames:
    """Phone numbers by the provider's id."""

    def names(self, account: Account, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """(provider's id, display name) of each."""
        rows = PhoneNumber.objects.filter(account=account, pk__in=ids)
        return {pk: (code, name) for pk, code, name in rows.values_list("pk", "provider_number_id", "display_name")}

    def ids(self, account: Account, name: str) -> list[int]:
        """The numbers with that provider's id."""
        return list(PhoneNumber.objects.filter(account=account, provider_number_id=name).values_list("pk", flat=True))

    def choices(self, account: Account, subaccount_ids: Sequence[int] | None) -> list[tuple[str, str]]:
        """Provider's id, and display name with the number."""
        return [
            (number.provider_number_id, f"{number.display_name} {whole(number.msisdn)}".strip())
            for number in channels(account, subaccount_ids)
        ]


class TemplateNames:
    """Templates by name and language."""

    def names(self, account: Account, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """(name, language) of each."""
        rows = Template.objects.filter(account=account, pk__in=ids)
        return {pk: (name, language) for pk, name, language in rows.values_list("pk", "name", "language")}

    def ids(self, account: Account, name: str) -> list[int]:
        """The templates of that name, in any WABA and language."""
        return list(Template.objects.filter(account=account, name=name).values_list("pk", flat=True))

    def choices(self, account: Account, subaccount_ids: Sequence[int] | None) -> list[tuple[str, str]]:
        """Each name once."""
        return [(name, name) for name in template_names(account, subaccount_ids)]
