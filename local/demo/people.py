"""Made-up people for the demo's scenarios."""

from random import Random

from core.calling_codes import country_of
from local.demo.traffic import a_number
from providers.scenarios import Person

_NAMES = ("Ada Tan", "Bo Lindqvist", "Chitra Rao", "Dewi Lestari", "Edu Souza", "Farah Aziz", "Goran Ilic", "Hana Kim",
          "Ines Vidal", "Jonas Weber", "Kiri Moana", "Lek Suwan", "Mei Chen", "Nia Okafor", "Omar Haddad")  # fmt: skip


def new_person(rng: Random, *, hides_number: bool = False) -> Person:
    """A person; one who hides the number has a username."""
    name, msisdn = rng.choice(_NAMES), a_number(rng)
    country, digits = country_of(msisdn), f"{rng.randrange(10**19, 10**20)}"
    username = f"@{name.replace(' ', '.').lower()}{rng.randrange(100)}" if hides_number else ""
    return Person(name, msisdn, f"{country}.{digits}", username, f"{country}.ENT.{digits[:18]}", hides_number)
