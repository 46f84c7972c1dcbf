"""Messages to groups in exports: one row each, or one for each participant."""

from dataclasses import replace

import pytest

from accounts.enums import Permission
from archive.exports import jobs
from messaging.log.models import Participant
from tests.archive.conftest import content
from tests.traffic import deliver, rate, send_to_group

pytestmark = pytest.mark.django_db
COLUMNS = ["msisdn", "country", "status", "error_code", "cost_state", "cost"]


@pytest.fixture
def lines(acme, requester, spec, run_export):
    """The lines of an export of these columns, of a message to a group and another."""
    deliver(acme, provider_message_id="wamid.P")
    send_to_group(acme)
    rate()
    return lambda *columns, **more: (
        content(run_export(jobs.start(requester, spec(columns=columns, **more)))).decode().splitlines()[1:]
    )


def test_a_message_to_a_group_has_one_row_with_the_sum(lines):
    assert lines(*COLUMNS) == [
        "919876543210,IN,delivered,,charged,0.0118",
        ",,delivered,131026,charged,0.0174",
    ]


def test_the_participant_column_makes_a_row_for_each(acme, lines):
    keys = dict(Participant.objects.filter(account=acme).values_list("country", "participant_key"))
    assert sorted(lines("participant", *COLUMNS)) == sorted(
        [
            ",919876543210,IN,delivered,,charged,0.0118",
            f"{keys['IN']},919812340381,IN,delivered,,charged,0.0014",
            f"{keys['SG']},6591230381,SG,delivered,,charged,0.016",
            f"{keys['FR']},33612340381,FR,undelivered,131026,none,",
        ]
    )


def test_participants_are_masked_like_others(requester, spec, run_export, lines):
    masked = replace(requester, permissions=requester.permissions - {Permission.VIEW_NUMBERS})
    export = run_export(jobs.start(masked, spec(columns=["participant", "msisdn"])))
    numbers = {line.partition(",")[2] for line in content(export).decode().splitlines()[1:]}
    assert numbers == {"91 98•••••381", "65 91•••••381", "33 61•••••381", "91 98•••••210"}
