"""One holder at a time, across sessions."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from core.locks import session_lock


def other_session_gets_lock(name, number):
    """Whether another session gets the lock."""

    def ask():
        try:
            with session_lock(name, number) as held:
                return held
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


@pytest.mark.django_db(transaction=True)
def test_a_lock_has_one_holder_and_is_released():
    with session_lock("work", 1) as held:
        assert held
        assert not other_session_gets_lock("work", 1)
        assert other_session_gets_lock("work", 2)
        assert other_session_gets_lock("other work", 1)
    assert other_session_gets_lock("work", 1)
