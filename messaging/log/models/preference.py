"""Each person's preferences for the log: visible columns and saved filters."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from core.tenancy import TenantModel


class LogColumns(TenantModel):
    """The columns that a person selected for the log of an account; without a row they see the default ones."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    columns = ArrayField(models.CharField(max_length=24))

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "user"], name="log_logcolumns_once"),)

    def __str__(self) -> str:
        return ", ".join(self.columns)


class SavedFilter(TenantModel):
    """Filters of the log under a name, as the query of its URL. They belong to the person who saved them."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2_000, help_text="Begins with a question mark.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=["account", "user", "name"], name="log_savedfilter_name"),)

    def __str__(self) -> str:
        return self.name
