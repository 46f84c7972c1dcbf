"""What an account without traffic needs to be shown: where its providers post webhooks to."""

from collections.abc import Callable

from accounts.principal import Principal

Addresses = list[tuple[str, str]]
address_sources: list[Callable[[Principal], Addresses | None]] = []
"""Name and full address of each place to post to. The package that takes webhooks registers here."""


def webhook_addresses(by: Principal) -> Addresses | None:
    """All of them; None for those who may not see them."""
    sources = [source(by) for source in address_sources]
    return (
        [address for source in sources if source is not None for address in source]
        if any(source is not None for source in sources)
        else None
    )
