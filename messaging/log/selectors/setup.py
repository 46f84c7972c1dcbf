"""The webhook addresses that the dashboard shows to an account without traffic."""

from collections.abc import Callable

from accounts.principal import Principal

Addresses = list[tuple[str, str]]
address_sources: list[Callable[[Principal], Addresses | None]] = []
"""Each returns names and full addresses of endpoints. The package that receives webhooks registers here."""


def webhook_addresses(by: Principal) -> Addresses | None:
    """All of them; None for those who may not see them."""
    sources = [source(by) for source in address_sources]
    return (
        [address for source in sources if source is not None for address in source]
        if any(source is not None for source in sources)
        else None
    )
