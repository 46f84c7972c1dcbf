"""Ids in Meta's real form: equal to public samples, and they name the number."""

import pytest

from providers.meta.wamids import chats_in, group_id, group_number, wacid, wamid

# From public webhooks and answers: outbound, inbound, inbound of a group.
SAMPLES = (
    ("wamid.HBgNODYxODUxNjUwNTUxNhUCABEYEjg3RTI4MjgwMjA2MEExQzk5MQA=", ("8618516505516",)),
    ("wamid.HBgMMzkzNDYyNDU0MjgyFQIAEhgUM0E2RDRCN0Y5NURBRTM3OEJBN0IA", ("393462454282",)),
)


@pytest.mark.parametrize(("sample", "numbers"), SAMPLES)
def test_a_sample_names_its_number(sample, numbers):
    assert chats_in(sample) == numbers


@pytest.mark.parametrize("number", ["6591990001", "4915112345678", "1555078388", "123456789012345"])
def test_every_length_of_a_number_is_read(number):
    assert chats_in(wamid(number, "9A3CA5B3D4CD6E67E7")) == (number,)


def test_ids_equal_the_samples():
    assert wamid("8618516505516", "87e282802060a1c991") == SAMPLES[0][0]
    assert wamid("393462454282", "3A6D4B7F95DAE378BA7B", inbound=True) == SAMPLES[1][0]


def test_a_message_in_a_group_names_the_group_and_who_wrote_it():
    written = wamid("917385180297", "3EB03F8A936A472BFB7B9C", inbound=True, group="120363423148091716")
    assert written.startswith("wamid.HBgSMTIwMzYzNDIzMTQ4MDkxNzE2FQgAEhgWM0VCMDNGOEE5MzZBNDcyQkZCN0I5QxwYDDkx")
    assert chats_in(written) == ("120363423148091716", "917385180297")
    assert chats_in(wamid("15550783881", "AB", group="120363423148091716")) == ("120363423148091716",)


def test_a_group_has_the_numbers_of_the_business_and_of_the_group():
    assert group_id("918929874278", "120363423148091716").startswith(
        "Y2FwaV9ncm91cDo5MTg5Mjk4NzQyNzg6MTIwMzYzNDIzMTQ4MD"
    )
    assert group_number(group_id("918929874278", "120363423148091716")) == "120363423148091716"
    assert [group_number(text) for text in ("GRP_z", "", "é")] == ["", "", ""]


def test_a_call_names_the_person_and_the_business():
    sample = (
        "wacid.HBgMOTE3MzU4NTgwMTgwFQIAEhggQUNEODk3OUQ3NzI4MjZBRTZFNEE2MzU3NDEzNDg4RUUcGAsxNTU1MTQ0MTkwNhUCABUKAA=="
    )
    assert wacid("917358580180", "ACD8979D772826AE6E4A6357413488EE", "15551441906", inbound=True) == sample
    assert chats_in(sample) == ("917358580180", "15551441906")
