from argon2 import extract_parameters
from django.contrib.auth.hashers import check_password, make_password

HASHER = "accounts.hashers.TollgateArgon2PasswordHasher"


def test_the_cost_is_owasps_minimum_for_argon2id(settings):
    settings.PASSWORD_HASHERS = [HASHER]
    encoded = make_password("correct horse battery")
    params = extract_parameters(encoded.removeprefix("argon2"))
    assert (params.type.name, params.memory_cost, params.time_cost, params.parallelism) == ("ID", 19_456, 2, 1)


def test_a_password_is_known_again_and_no_other_is(settings):
    settings.PASSWORD_HASHERS = [HASHER]
    encoded = make_password("correct horse battery")
    assert check_password("correct horse battery", encoded)
    assert not check_password("correct horse batterx", encoded)


def test_the_installation_uses_it():
    from portal import settings

    assert settings.PASSWORD_HASHERS == [HASHER]
