"""Lists of partitioned tables: the address of a row says where it is."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from unfold.views import ChangeList

from core.admin import BigTableAdmin


class PlacedChangeList(ChangeList):  # type: ignore[misc]
    """Rows whose address says where in the partitions they are."""

    def url_for_result(self, result: Any) -> str:
        """The row's page."""
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[self.model_admin.place(result)]
        )


class PlacedAdmin(BigTableAdmin):
    """A partitioned table: a row is found by what its index knows, not by id alone."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return PlacedChangeList
