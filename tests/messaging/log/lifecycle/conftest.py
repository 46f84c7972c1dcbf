"""Applies events to the log."""

import pytest

from messaging.log import lifecycle
from messaging.log.directory import Directory


@pytest.fixture
def apply(acme):
    """Apply events of Acme's Meta number, one batch a call."""
    directory = Directory([acme.pk])

    def run(*events, webhook_id=None):
        directory.load_templates((acme.pk, event) for event in events)
        lifecycle.apply(
            [
                lifecycle.EventReport(
                    acme.pk, "meta", event, directory.placement(acme.pk, "meta", event), webhook_id, event.at
                )
                for event in events
            ],
            directory,
        )

    return run
