"""Start, stop and recovery of the embedded servers, with real ones in a temporary folder."""

import signal

import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from local.embedded.postgres import THROWAWAY, Postgres
from local.embedded.redis import Redis


def query(server: Postgres, statement: str) -> object:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall()[0][0] if cursor.description else None


def test_postgres_is_18_and_keeps_its_data(own_postgres):
    own_postgres.start()
    assert query(own_postgres, "SELECT current_setting('server_version_num')::int / 10000") == 18
    query(own_postgres, "CREATE TABLE numbers AS SELECT 7 AS number")
    own_postgres.stop()
    assert own_postgres.process() is None
    own_postgres.start()
    assert query(own_postgres, "SELECT number FROM numbers") == 7


def test_postgres_starts_again_after_it_was_killed(own_postgres):
    own_postgres.start()
    query(own_postgres, "CREATE TABLE numbers AS SELECT 7 AS number")
    own_postgres.process().send_signal(signal.SIGKILL)
    own_postgres.start()
    assert query(own_postgres, "SELECT number FROM numbers") == 7


def test_postgres_ignores_a_pid_file_that_names_another_process(own_postgres):
    own_postgres.start()
    own_postgres.stop()
    (own_postgres.cluster / "postmaster.pid").write_text(f"1\n{own_postgres.cluster}\n")
    own_postgres.start()
    assert own_postgres.process().pid != 1


def test_postgres_takes_the_place_of_a_server_left_behind(own_postgres, tmp_path):
    own_postgres.start()
    left_behind = own_postgres.process().pid
    Postgres(tmp_path, THROWAWAY).start()
    assert own_postgres.process().pid != left_behind


def test_postgres_moves_its_socket_when_the_path_is_too_long(tmp_path):
    home = tmp_path / ("long" * 25)
    home.mkdir()
    server = Postgres(home, THROWAWAY)
    server.start()
    try:
        assert home not in server.sockets.parents
        assert query(server, "SELECT 1") == 1
    finally:
        server.stop()


def test_two_folders_run_side_by_side(tmp_path):
    pairs = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        pairs.append((Postgres(tmp_path / name, THROWAWAY), Redis(tmp_path / name)))
    try:
        for postgres, broker in pairs:
            postgres.start()
            broker.start()
        query(pairs[0][0], "CREATE TABLE mine ()")
        assert query(pairs[1][0], "SELECT to_regclass('mine')") is None
        assert len({broker.port for _, broker in pairs}) == 2
    finally:
        for postgres, broker in pairs:
            broker.stop()
            postgres.stop()


def test_redis_keeps_its_data_evicts_nothing_and_asks_for_a_password(own_redis):
    own_redis.start()
    with redis.Redis.from_url(own_redis.url) as client:
        client.set("key", "7")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    own_redis.stop()
    assert own_redis.process() is None
    own_redis.start()
    with redis.Redis.from_url(own_redis.url, decode_responses=True) as client:
        assert client.get("key") == "7"
    once = Retry(NoBackoff(), 0)
    with redis.Redis(port=own_redis.port, retry=once) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_redis_takes_the_place_of_a_server_left_behind(own_redis, tmp_path):
    own_redis.start()
    left_behind = own_redis.process().pid
    other = Redis(tmp_path)
    other.start()
    assert other.process().pid != left_behind
    other.stop()
