"""Bases of Celery tasks: a task has a tenant scope from the start, or its first query raises."""

from typing import Any

from celery import Task, shared_task

from core import partitions
from core.tenancy import every_tenant


class InstallationTask(Task):  # type: ignore[type-arg]
    """Work for the whole installation, such as the inbox and rating: every tenant's scope is open while it runs."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task inside the scope."""
        with every_tenant():
            return super().__call__(*args, **kwargs)


@shared_task(base=InstallationTask)
def prepare_partitions() -> None:
    """Create partitions ahead of their months, so that no webhook waits for one."""
    partitions.prepare()
