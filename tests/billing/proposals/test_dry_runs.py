"""Trying cards, rules and markets out: what would change, who may decide, and that nothing changes before."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from billing.models import DirtyBucket, DryRun, Rate, RateCard, RatedLine, RuleSet
from billing.prices.rate_cards import import_card_file
from billing.proposals import dry_runs
from billing.proposals.dry_runs import DraftDiscarded, Effect
from billing.proposals.what_if import Proposal
from core.errors import UserError
from tests.people import principal
from tests.traffic import AT, deliver, rate

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 1)
NOVEMBER = datetime(2026, 11, 5, tzinfo=UTC)


@pytest.fixture
def dearer(tmp_path):
    """A draft: marketing to India for 0.0200 from October 2026."""

    def make(account=None, price="0.0200"):
        path = tmp_path / "card.csv"
        path.write_text(
            f"market,category,currency,tier_from,tier_to,rate,source\nIndia,marketing,USD,0,MAX,{price},FOUND: x\n"
        )
        (card,) = import_card_file(path, OCTOBER, account)
        return card

    return make


@pytest.fixture
def traffic(acme, other):
    """Two months of Acme's, one of the other account's, rated."""
    deliver(acme)
    deliver(acme, provider_message_id="wamid.B", at=NOVEMBER)
    deliver(other, provider_message_id="wamid.C")
    rate()


def worked(run):
    """The dry run when no slice is left."""
    while run.finished_at is None:
        dry_runs.advance(0)
        run.refresh_from_db()
    return run


def start(proposal, account=None, **months):
    return dry_runs.start(proposal, account=account, by=principal(None, "ada@acme.example"), **months)


def amounts(run):
    return [(effect.amount, effect.amount_then) for effect in dry_runs.effects_of(run).values()]


def test_slices_add_up(acme, other, traffic, dearer):
    run = start(Proposal(cards=[dearer()]))
    dry_runs.advance(0)
    run.refresh_from_db()
    assert (run.done, run.steps, run.finished_at) == (1, 3, None)
    worked(run)
    assert (run.done, run.lines, run.row_count) == (3, 6, 3)
    assert {key[0]: effect for key, effect in dry_runs.effects_of(run).items()} == {
        acme.pk: Effect(2, 0, 0, Decimal("0.0236"), Decimal("0.0400")),
        other.pk: Effect(1, 0, 0, Decimal("0.0118"), Decimal("0.0200")),
    }
    assert [row.difference for row in dry_runs.rows_of(run)] == [Decimal("0.0082")] * 3
    assert RatedLine.objects.filter(unit_price=Decimal("0.0118")).count() == 3


def test_one_account_and_some_months(acme, traffic, dearer):
    run = worked(start(Proposal(cards=[dearer()]), acme, first=OCTOBER, last=OCTOBER))
    assert amounts(run) == [(Decimal("0.0118"), Decimal("0.0200"))]


def test_what_came_in_meanwhile_is_rated_first(acme, dearer):
    deliver(acme)
    assert amounts(worked(start(Proposal(cards=[dearer()])))) == [(Decimal("0.0118"), Decimal("0.0200"))]
    assert not DirtyBucket.objects.exists()


def test_any_month_by_any_card(acme, traffic):
    january = RateCard.objects.get(currency="USD", effective_from=date(2026, 1, 1), is_active=True)
    Rate.objects.filter(card=january, market="India", category="marketing").update(unit_price="0.0100")
    run = worked(start(Proposal(cards=[january], always=True), acme))
    assert amounts(run) == [(Decimal("0.0236"), Decimal("0.0200"))]
    with pytest.raises(UserError, match="what-if"):
        dry_runs.apply(run, by=principal(None, "ada@acme.example"))


def test_service_messages_were_free_under_the_rules_before(acme):
    deliver(acme, category="service", at=NOVEMBER)
    rate()
    before = RuleSet.objects.get(effective_from=date(2025, 7, 1), is_active=True)
    assert amounts(worked(start(Proposal(rules=before, always=True), acme))) == [(Decimal("0.0014"), Decimal(0))]


def test_in_force_audited_and_rated_again(acme, traffic, dearer):
    card = dearer()
    run = worked(start(Proposal(cards=[card])))
    assert dry_runs.apply(run, by=principal(None, "ops@acme.example")) == 3
    rate()
    assert set(RatedLine.objects.values_list("unit_price", flat=True)) == {Decimal("0.0200")}
    entry = AuditEntry.objects.get(action="rate_card.activated")
    assert (entry.actor, entry.details["reason"]) == ("ops@acme.example", f"dry run {run.pk}")
    run.refresh_from_db()
    assert run.applied_by == "ops@acme.example"
    with pytest.raises(UserError, match="already in force"):
        dry_runs.apply(run, by=principal(None, "ops@acme.example"))


def test_not_before_its_figures_are_there(dearer, every_account):
    run = start(Proposal(cards=[dearer()]))
    with pytest.raises(UserError, match="wait for its figures"):
        dry_runs.apply(run, by=principal(None, "ops@acme.example"))


def test_another_revision_since_asks_for_another_look(dearer, every_account):
    first, second = (worked(start(Proposal(cards=[dearer(price=price)]))) for price in ("0.02", "0.03"))
    dry_runs.apply(first, by=principal(None, "ops@acme.example"))
    with pytest.raises(UserError, match="Another revision of Meta USD 2026-10-01"):
        dry_runs.apply(second, by=principal(None, "ops@acme.example"))


def test_discarded_with_what_it_supposes(dearer, every_account):
    card = dearer()
    run, older = start(Proposal(cards=[card])), start(Proposal(cards=[card]))
    dry_runs.discard(run, by=principal(None, "ops@acme.example"))
    assert not RateCard.objects.filter(pk=card.pk).exists()
    assert AuditEntry.objects.get(action="rate_card.discarded").actor == "ops@acme.example"
    assert not dry_runs.is_decidable(older)
    assert worked(older).problem == "A draft that this dry run is based on was discarded: import it again."
    with pytest.raises(DraftDiscarded):
        dry_runs.discard(run, by=principal(None, "ops@acme.example"))


def test_discarded_while_it_is_worked_on_stays_away(dearer, traffic, every_account, monkeypatch):
    run = start(Proposal(cards=[dearer()]))
    real = dry_runs.compute_impact

    def discarding(*args):
        dry_runs.discard(run, by=principal(None, "ops@acme.example"))
        return real(*args)

    monkeypatch.setattr(dry_runs, "compute_impact", discarding)
    dry_runs.advance()
    assert not DryRun.objects.exists()


def test_what_is_in_force_cannot_be_discarded(every_account):
    run = start(Proposal(cards=[RateCard.objects.filter(is_active=True).first()]))
    with pytest.raises(UserError, match="what-if"):
        dry_runs.discard(run, by=principal(None, "ops@acme.example"))


def test_todays_tables_again(acme, traffic):
    run = worked(start(Proposal(), acme, first=OCTOBER, last=OCTOBER))
    assert run.lines == 0
    assert dry_runs.apply(run, by=principal(None, "ada@acme.example")) == 1
    assert list(DirtyBucket.objects.values_list("misplaced", flat=True)) == [True]
    entry = AuditEntry.objects.get(action="usage.rated_again")
    assert (entry.account, entry.details["buckets"]) == (acme, 1)


def test_a_failure_is_the_end_of_that_dry_run_only(dearer, traffic, monkeypatch):
    failing, good = start(Proposal(cards=[dearer()])), start(Proposal(cards=[dearer()]))

    def fail(*_):
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(dry_runs, "compute_impact", fail)
        dry_runs.advance()
    failing.refresh_from_db()
    assert "The calculation failed" in failing.problem
    assert worked(good).problem == ""


def test_old_dry_runs_are_deleted_unless_in_force(dearer, every_account):
    old, applied = start(Proposal(cards=[dearer()])), start(Proposal(cards=[dearer()]))
    DryRun.objects.update(asked_at=datetime(2026, 1, 1, tzinfo=UTC))
    DryRun.objects.filter(pk=applied.pk).update(applied_at=AT)
    start(Proposal())
    assert set(DryRun.objects.values_list("pk", flat=True)) & {old.pk, applied.pk} == {applied.pk}


def test_the_command_says_it_without_putting_it_in_force(acme, traffic, dearer):
    card, out = dearer(), io.StringIO()
    call_command("what_if", "--card", str(card.pk), "--from", "2026-10", "--to", "2026-10", stdout=out)
    assert out.getvalue().splitlines()[:2] == [
        "4 lines of rated messages would change.",
        "USD: 0.0236 now, 0.04 then (+0.0164).",
    ]
    call_command("what_if", "--list", stdout=out)
    assert f"--card {card.pk}: Meta USD 2026-10-01, revision 2, not in force yet" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--card", "0"], "There is no rate card 0: use --list"),
        (["--from", "soon"], "'soon' is not a month"),
        (["--from", "2026-11", "--to", "2026-10"], "--to: must not be before --from."),
    ],
)
def test_what_the_command_does_not_know_is_named(arguments, words):
    with pytest.raises(CommandError, match=words):
        call_command("what_if", *arguments)
