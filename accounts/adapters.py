"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People are invited by an owner or an operator; nobody signs up alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed."""
        return False
