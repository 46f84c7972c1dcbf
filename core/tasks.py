"""The base of Celery tasks. A task opens its tenant scope first, because a query outside one raises."""

from typing import Any

from celery import Task, shared_task

from core import partitions
from core.tenancy import every_tenant


class InstallationTask(Task):  # type: ignore[type-arg]
    """A task for the whole installation, such as the inbox and rating: it runs in the scope of every tenant."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task in the scope."""
        with every_tenant():
            return super().__call__(*args, **kwargs)


@shared_task(base=InstallationTask)
def prepare_partitions() -> None:
    """Create partitions ahead of their months, so that no webhook waits for one."""
    partitions.prepare()
