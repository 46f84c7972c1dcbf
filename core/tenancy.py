"""The base of every tenant table: an account that owns the row, and a manager that refuses queries without a scope."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager, scope, scopes_disabled

# Foreign keys of the large tables have no constraint and no index: each would cost a look-up for every ingested row,
# and the referenced row is never deleted while they exist.
LOOSE: dict[str, Any] = {
    "on_delete": models.DO_NOTHING,
    "db_constraint": False,
    "db_index": False,
    "related_name": "+",
}


class TenantModel(models.Model):
    """A row of one account. A query outside `tenant(account)` and `every_tenant()` raises `ScopeError`.

    Each query still filters by account: the scope only catches a forgotten filter.
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
    """Open the scope of all accounts: for workers of the whole installation, the admin and migrations."""
    with scopes_disabled():
        yield
