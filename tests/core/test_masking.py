"""Texts and message ids without the numbers that they hold."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.masking import hide_numbers, mask_message_id, mask_message_id_sql
from providers.meta.wamids import encoded_forms, wacid, wamid

IDS = {
    "wamid.HBgMMzkzNDYyNDU0MjgyFQIAEhgUM0E2RDRCN0Y5NURBRTM3OEJBN0IA": "wamid.•••••OEJBN0IA",
    wacid("919876543210", "AB" * 10, "15550001"): "wacid.•••••ABUKAA==",
    "wamid.A": "wamid.A",
    "0b5f3c8e-6f0e-4a55-9d53-1f4b8a1f7f10": "0b5f3c8e-6f0e-4a55-9d53-1f4b8a1f7f10",
    "": "",
}


@pytest.mark.django_db
def test_sql_masks_as_python_does():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n, {mask_message_id_sql('n')} FROM unnest(%s::text[]) n", [list(IDS)])  # noqa: S608 - our own rule
        assert dict(cursor.fetchall()) == {text: mask_message_id(text) for text in IDS} == IDS


@given(st.from_regex("[1-9][0-9]{7,14}", fullmatch=True), st.booleans(), st.sampled_from(["", "120363423148091716"]))
def test_no_number_is_left(number, inbound, group):
    masked = mask_message_id(wamid(number, "3EB0" * 8, inbound=inbound, group=group))
    assert len(masked) == len("wamid.•••••12345678")
    assert not any(form in masked for form in encoded_forms(number))


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Recipient 919812349977 not reachable; id wamid.HBgMOTE5ODA=", "Recipient ••••• not reachable; id •••••"),
        ("Absent +91 98123-49977 (US.ENT.11815799212886844830)", "Absent ••••• (•••••)"),
        ("(#131030) since 2026-11-30 10:00 UTC, 24 hours", "(#131030) since 2026-11-30 10:00 UTC, 24 hours"),
    ],
)
def test_numbers_and_ids_in_a_text_are_hidden(text, hidden):
    assert hide_numbers(text) == hidden
