"""What every tenant table shares: the account that owns the row, and a manager that refuses to work without it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager, scope, scopes_disabled

# Foreign keys of the tables that carry the load have no constraint and no index of their own: each would cost a
# look-up per row at ingest, and what they point at is never deleted while the rows exist.
LOOSE: dict[str, Any] = {
    "on_delete": models.DO_NOTHING,
    "db_constraint": False,
    "db_index": False,
    "related_name": "+",
}


class TenantModel(models.Model):
    """A row of one account. Outside `tenant(account)` or `every_tenant()` any query raises `ScopeError`.

    Each query still names its account: the scope is the net, not the rope.
    """

    account = models.ForeignKey(settings.TENANT_MODEL, on_delete=models.CASCADE, related_name="+")

    objects = ScopedManager(account="account")

    class Meta:
        abstract = True


@contextmanager
def tenant(account: Any) -> Iterator[None]:
    """Open the scope of one account (the model instance)."""
    with scope(account=account):
        yield


@contextmanager
def every_tenant() -> Iterator[None]:
    """Open all accounts at once: for workers that serve the whole installation, the operator's admin and migrations."""
    with scopes_disabled():
        yield
