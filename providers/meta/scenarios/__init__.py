"""Scenarios at Meta; 360dialog forwards those of persons in the same form."""

from providers.meta.scenarios import business, persons
from providers.scenarios import Scenario

PERSONS: tuple[Scenario, ...] = (
    persons.a_username, persons.a_new_user_id, persons.edits, persons.contents, persons.half_an_emoji,
    persons.an_advertisement, persons.a_stop,
)  # fmt: skip
ALL: tuple[Scenario, ...] = (*PERSONS, business.an_echo, business.calls, business.a_group, business.direct_send)
