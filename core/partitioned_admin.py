"""The admin of partitioned tables: rows have a key other than their id in URLs."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from unfold.views import ChangeList

from core.admin import BigTableAdmin


class PartitionedChangeList(ChangeList):  # type: ignore[misc]
    """A list whose links identify a row by `object_key`."""

    def url_for_result(self, result: Any) -> str:
        """The URL of the row's page."""
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[self.model_admin.object_key(result)]
        )


class PartitionedAdmin(BigTableAdmin):
    """A partitioned table. Its indexes do not find a row by id alone, so URLs carry `object_key`."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PartitionedChangeList
