"""The Django app of accounts."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import m2m_changed


class AccountsConfig(AppConfig):
    """Tenants, people, API keys and the audit log."""

    name = "accounts"

    def ready(self) -> None:
        """Set `limited` when subaccounts are assigned. A deleted subaccount sends no such signal: the limit stays."""
        from accounts import receivers  # noqa: F401 - connects them
        from accounts.models import ApiKey, Invitation, Membership

        for model in (Membership, Invitation, ApiKey):
            m2m_changed.connect(_note_limits, sender=model.subaccounts.through)


def _note_limits(sender: Any, instance: Any, action: str, reverse: bool, **_: Any) -> None:
    if action in {"post_add", "post_remove", "post_clear"} and not reverse:
        own = {f"{instance._meta.model_name}_id": instance.pk}
        instance.limited = sender.objects.filter(**own).exists()
        instance.save(update_fields=["limited"])
