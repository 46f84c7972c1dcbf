"""The audit's chain: it is append-only, and changes outside the portal are detected."""

import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from accounts.models import Account, AuditChain, AuditEntry
from accounts.selectors.audit_chain import chain_of, verify_chain, verify_chains
from accounts.services.audit_chain import close_audit, verify_and_record
from core.tenancy import every_tenant
from tests.people import principal

pytestmark = pytest.mark.django_db
OLD = datetime(2025, 3, 1, tzinfo=UTC)


def commit():
    """Run the deferred triggers now instead of at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def acme(db, every_account):
    """An account without any entry."""
    return Account.objects.create(name="Acme")


@pytest.fixture
def other(db, every_account):
    return Account.objects.create(name="Other")


@pytest.fixture
def known_head(acme):
    """Four entries of one account."""
    for number in range(4):
        by = principal(acme, "ada", address="192.0.2.1")
        by.record("team.invited", f"№ {number}", {"n": 1.50, "ü": None})
    commit()
    return AuditEntry.objects.filter(account=acme).order_by("position")


@pytest.fixture
def past_the_triggers(db):
    """Change the database as somebody could who owns it."""

    def run(sql, *values):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, values)
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


def test_a_whole_chain(acme, known_head):
    verdict = verify_chain(acme.pk, acme.name)
    assert [entry.position for entry in known_head] == [1, 2, 3, 4]
    assert str(verdict) == f"{acme.name}: entries 1 to 4 are intact. Head 4:{bytes(known_head[3].digest).hex()}"


def test_each_account_and_the_installation_have_chains_of_their_own(acme, other, known_head):
    principal(other, "bob").record("x")
    principal(None, "ops").record("x")
    commit()
    assert {verdict.name: verdict.last for verdict in verify_chains()} == {
        "The installation": AuditEntry.objects.filter(account=None).count(), acme.name: 4, other.name: 1,
    }  # fmt: skip
    assert not any(verdict.problem for verdict in verify_chains())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_auditentry SET actor = 'eve'",
        "UPDATE accounts_auditentry SET position = position + 10",
        "DELETE FROM accounts_auditentry WHERE position = 4",
        "UPDATE accounts_auditchain SET position = 2",
        "UPDATE accounts_auditchain SET closed_position = 2, closed_digest = ''",
        "DELETE FROM accounts_auditchain",
        "TRUNCATE accounts_auditentry",
        "TRUNCATE accounts_auditchain",
    ],
)
def test_the_database_refuses_to_change_it(known_head, sql):
    with pytest.raises(IntegrityError, match=r"append-only|only grows"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE accounts_auditentry SET target = 'x' WHERE position = 2", "Entry 2 "),
        ("UPDATE accounts_auditentry SET at = at + interval '1 microsecond' WHERE position = 3", "Entry 3 "),
        ("DELETE FROM accounts_auditentry WHERE position = 2", "Entry 2 is missing."),
        (
            "DELETE FROM accounts_auditentry WHERE account_id > 0 AND position > 2",
            "ends at entry 2 but had reached entry 4",
        ),
        (
            """INSERT INTO accounts_auditentry (account_id, at, actor, action, target, details)
            SELECT account_id, at, 'eve', action, '', '{}' FROM accounts_auditentry WHERE position = 2""",
            "was added without the trigger",
        ),
    ],
)
def test_the_first_broken_entry_is_named(acme, known_head, past_the_triggers, sql, problem):
    past_the_triggers(sql)
    assert problem in verify_chain(acme.pk).problem
    with pytest.raises(CommandError, match="1 of the chains is broken"):
        call_command("verify_audit", stdout=StringIO())


def test_a_head_that_was_written_down_finds_a_cut_end_and_a_chain_made_anew(acme, known_head, past_the_triggers):
    head = 4, bytes(known_head[3].digest).hex()
    third = bytes(known_head[2].digest)
    assert not verify_chain(acme.pk, known_head=head).problem
    past_the_triggers("DELETE FROM accounts_auditentry WHERE position = 4")
    past_the_triggers("UPDATE accounts_auditchain SET position = 3, digest = %s WHERE account_id = %s", third, acme.pk)
    assert not verify_chain(acme.pk).problem
    assert verify_chain(acme.pk, known_head=head).problem.endswith("the given entry 4 is missing.")
    principal(acme, "eve").record("x")
    commit()
    assert "does not have the given digest" in verify_chain(acme.pk, known_head=head).problem


def test_the_command_prints_each_chain_and_takes_a_head(acme, known_head):
    out = StringIO()
    head = f"4:{bytes(known_head[3].digest).hex()}"
    call_command("verify_audit", "--account", acme.name, "--head", head, stdout=out)
    assert out.getvalue() == f"{acme.name}: entries 1 to 4 are intact. Head {head}\n"
    for name in ("nobody", ""):
        with pytest.raises(CommandError, match="0 accounts are called"):
            call_command("verify_audit", "--account", name)
    with pytest.raises(CommandError, match="name its account with --account"):
        call_command("verify_audit", "--head", head)


def test_the_nightly_check_is_noted_with_the_chain(acme, known_head, past_the_triggers):
    assert not [verdict for verdict in verify_and_record() if verdict.problem]
    assert chain_of(acme).verified_at is not None
    past_the_triggers("UPDATE accounts_auditentry SET actor = 'eve' WHERE position = 1")
    list(verify_and_record())
    assert chain_of(acme).problem.startswith("Entry 1 ")


def test_retention_closes_a_beginning_and_the_chain_stays_whole(acme, other, known_head, monkeypatch):
    monkeypatch.setattr("accounts.services.audit_chain._BATCH", 2)
    principal(other, "bob").record("x")
    commit()
    digests = [bytes(entry.digest) for entry in known_head]
    assert close_audit(acme, timezone.now() + timedelta(days=1)) == 4
    commit()
    entry = AuditEntry.objects.get(account=acme)
    assert (entry.position, entry.action, entry.details["count"]) == (5, "audit.closed", 4)
    assert entry.details["digest"] == digests[3].hex()
    assert str(verify_chain(acme.pk, "Acme")).startswith("Acme: entries 5 to 5 are intact.")
    assert AuditEntry.objects.filter(account=other).count() == 1
    assert close_audit(acme, OLD) == 0


def test_only_a_beginning_goes_however_the_clock_stood(acme):
    for at in (OLD, OLD + timedelta(days=9), OLD):  # the last was written by a host with a slow clock
        AuditEntry.objects.create(account=acme, actor="ada", action="x", at=at)
        commit()
    assert close_audit(acme, OLD + timedelta(days=1)) == 1
    assert list(AuditEntry.objects.filter(account=acme, action="x").values_list("position", flat=True)) == [2, 3]


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain(acme):
    """Each keeps its transaction open until all have written, when a fork of the chain would show."""
    barrier = threading.Barrier(6, timeout=60)

    def write(number):
        with every_tenant(), transaction.atomic():
            principal(acme, str(number)).record("x")
            barrier.wait()
            principal(acme, str(number)).record("y")
        connections.close_all()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    verdict = verify_chain(acme.pk)
    assert (verdict.problem, verdict.last) == ("", 12)
    assert AuditChain.objects.get(pk=acme.pk).position == 12
