"""The sources of messages, as senders name them: campaigns, template bots, programs."""

from django.db import models

from core.tenancy import TenantModel
from messaging.log.enums import SourceCategory


class Source(TenantModel):
    """A campaign, a template bot or a program. The log names it by id, so a name is searched here and not there."""

    category = models.CharField(max_length=16, choices=SourceCategory)
    name = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=["account", "category", "name"], name="log_source_name"),)

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.name}".strip()
