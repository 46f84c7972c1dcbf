"""Whether something may send."""

from datetime import UTC, datetime, timedelta

import pytest

from messaging.log.assets.health import (
    HealthState,
    Problem,
    business_state,
    number_state,
    template_state,
    transitions,
    waba_state,
    with_problems,
    without_answer,
    worst,
)
from messaging.log.models import Change
from providers.vocabulary import CanSend

AT = datetime(2026, 11, 12, tzinfo=UTC)
AS_8X8 = ("restrictionType", "restrictionInfo")
AVAILABLE, LIMITED, BLOCKED = CanSend.AVAILABLE, CanSend.LIMITED, CanSend.BLOCKED


def facts(days=1, **changes):
    """The latest change of each field, `days` days ago; a tuple is (new, reason, details)."""
    facts_by_field = {}
    for field, what in changes.items():
        new, reason, details = what if isinstance(what, tuple) else (what, "", {})
        name = field.replace("account_", "account.", 1)
        facts_by_field[name] = Change(field=name, new=new, reason=reason, details=details, at=AT - timedelta(days=days))
    return facts_by_field


def restricted(kind, expiration=None, key="restriction_type", rows="restriction_info"):
    details = {rows: [{key: kind, "expiration": expiration}]}
    return {"account_account_restriction": ("ACCOUNT_RESTRICTION", kind, details)}


def number(*, quality="GREEN", flag="", name_status="APPROVED", **changes):
    return number_state(quality=quality, flag=flag, name_status=name_status, facts=facts(**changes), at=AT)


@pytest.mark.parametrize(
    ("states", "overall"),
    [([], AVAILABLE), ([AVAILABLE, LIMITED], LIMITED), ([BLOCKED, LIMITED, AVAILABLE], BLOCKED)],
)
def test_the_worst_decides(states, overall):
    assert worst(states) == overall


@pytest.mark.parametrize(
    ("status", "quality", "can_send"),
    [
        ("APPROVED", "GREEN", AVAILABLE),
        ("REINSTATED", "UNKNOWN", AVAILABLE),
        ("APPROVED", "RED", LIMITED),
        ("FLAGGED", "GREEN", LIMITED),
        ("PAUSED", "RED", BLOCKED),
        ("REJECTED", "GREEN", BLOCKED),
        ("SOMETHING_NEW", "GREEN", BLOCKED),
    ],
)
def test_templates(status, quality, can_send):
    assert template_state(status, "", quality).can_send == can_send


def test_a_paused_template_says_metas_code_and_why():
    assert template_state("PAUSED", "FIRST_PAUSE", "RED") == HealthState(
        BLOCKED,
        (),
        (
            Problem(
                141002,
                "Message templates can only be sent out if they are approved. It is paused (FIRST_PAUSE).",
                "Edit or appeal the message template review decision.",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("about", "can_send"),
    [
        ({}, AVAILABLE),
        ({"quality": "YELLOW"}, AVAILABLE),
        ({"quality": "RED"}, LIMITED),
        ({"flag": "FLAGGED"}, LIMITED),
        ({"flag": "UNFLAGGED"}, AVAILABLE),
        ({"name_status": ""}, AVAILABLE),
        ({"name_status": "PENDING"}, LIMITED),
        ({"name_status": "REJECTED"}, LIMITED),
        (restricted("RESTRICTED_BIZ_INITIATED_MESSAGING"), BLOCKED),
        ({"account_partner_removed": "PARTNER_REMOVED"}, BLOCKED),
    ],
)
def test_numbers(about, can_send):
    assert number(**about).can_send == can_send


def test_a_name_that_is_not_approved_has_metas_text():
    (words,) = number(name_status="PENDING").info
    assert words.startswith("Your display name has not been approved yet. Your message limit will increase")


@pytest.mark.parametrize(
    ("changes", "days", "can_send"),
    [
        (restricted("RESTRICTED_CUSTOMER_INITIATED_MESSAGING"), 29, BLOCKED),
        (restricted("RESTRICTED_BIZ_INITIATED_MESSAGING"), 30, AVAILABLE),
        (restricted("RESTRICTED_BIZ_INITIATED_MESSAGING", int((AT + timedelta(days=1)).timestamp())), 60, BLOCKED),
        (restricted("RESTRICTED_BIZ_INITIATED_MESSAGING", str(int(AT.timestamp()))), 1, AVAILABLE),
        (restricted("RESTRICTED_UTILITY_TEMPLATES", "2026-12-01T00:00:00Z", *AS_8X8), 1, LIMITED),
        (restricted("RESTRICTED_ADD_PHONE_NUMBER_ACTION", "soon"), 1, LIMITED),
        ({"account_account_restriction": ("ACCOUNT_RESTRICTION", "", {"restriction_info": 7})}, 1, AVAILABLE),
        ({"account_disabled_update": ("DISABLED_UPDATE", "DISABLE", {})}, 400, BLOCKED),
        ({"account_disabled_update": ("DISABLED_UPDATE", "SCHEDULE_FOR_DISABLE", {"ban_info": 7})}, 1, LIMITED),
        ({"account_disabled_update": ("DISABLED_UPDATE", "REINSTATE", {})}, 1, AVAILABLE),
        ({"review": "REJECTED"}, 400, BLOCKED),
        ({"review": "PENDING"}, 1, LIMITED),
        ({"review": "APPROVED"}, 1, AVAILABLE),
        ({"account_account_deleted": "ACCOUNT_DELETED"}, 400, BLOCKED),
        ({"account_partner_removed": ("PARTNER_REMOVED", "ACCOUNT_DISCONNECTED", {})}, 400, BLOCKED),
        ({"account_partner_app_uninstalled": "PARTNER_APP_UNINSTALLED"}, 400, BLOCKED),
        ({"account_partner_app_installed": "PARTNER_APP_INSTALLED"}, 1, AVAILABLE),
        ({"account_account_violation": ("ACCOUNT_VIOLATION", "ADULT", {})}, 1, AVAILABLE),
    ],
)
def test_wabas(changes, days, can_send):
    assert waba_state(facts(days, **changes), AT).can_send == can_send


def test_a_violation_warns_for_a_month():
    violation = {"account_account_violation": ("ACCOUNT_VIOLATION", "ADULT", {})}
    assert waba_state(facts(1, **violation), AT).info == ("Meta reported a violation of its policies: ADULT.",)
    assert waba_state(facts(31, **violation), AT).info == ()


def test_a_waba_that_came_back_is_not_gone():
    removal, reconnection = facts(2, account_account_offboarded="X"), facts(1, account_account_reconnected="X")
    assert waba_state(removal | reconnection, AT).can_send == AVAILABLE
    removal, reconnection = facts(1, account_account_offboarded="X"), facts(2, account_verified_account="X")
    assert waba_state(removal | reconnection, AT).can_send == BLOCKED


def test_a_removed_waba_says_why():
    removal = facts(1, account_partner_removed=("PARTNER_REMOVED", "ACCOUNT_DISCONNECTED", {}))
    assert waba_state(removal, AT).errors == (
        Problem(
            131005, "Meta reports: partner removed (account disconnected).", "Connect the account again at Meta.",
            removal["account.partner_removed"].at,
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"account_partner_removed": "PARTNER_REMOVED"}, 131005),
        ({"account_partner_app_uninstalled": "PARTNER_APP_UNINSTALLED"}, 131005),
        ({"account_account_deleted": "ACCOUNT_DELETED"}, 33),
        ({"account_account_offboarded": "ACCOUNT_OFFBOARDED"}, 133010),
        ({"account_disabled_update": ("DISABLED_UPDATE", "DISABLE", {})}, 141014),
        ({"review": "REJECTED"}, 131031),
        (restricted("RESTRICTED_BIZ_INITIATED_MESSAGING"), 368),
    ],
)
def test_each_end_has_a_code_and_a_time(changes, code):
    known = facts(3, **changes)
    state = waba_state(known, AT)
    assert (state.can_send, [error.code for error in state.errors]) == (BLOCKED, [code])
    assert state.since == next(iter(known.values())).at


@pytest.mark.parametrize(("can_send", "unanswered"), [(AVAILABLE, "UNKNOWN"), (LIMITED, LIMITED), (BLOCKED, BLOCKED)])
def test_no_answer_is_never_available(can_send, unanswered):
    state = without_answer(HealthState(can_send), "ConnectError")
    assert (state.can_send, state.info) == (unanswered, ("The provider gave no health status: ConnectError.",))


@pytest.mark.parametrize(
    ("states", "overall"),
    [(("LIMITED", "UNKNOWN"), "UNKNOWN"), (("UNKNOWN", "BLOCKED"), "BLOCKED"), (("UNKNOWN", "AVAILABLE"), "UNKNOWN")],
)
def test_unknown_is_worse_than_limited(states, overall):
    assert worst(map(CanSend, states)) == overall


def test_businesses():
    assert business_state({}) == HealthState()
    failed = facts(account_business_verification_status_update=("FAILED", "LEGAL_NAME_NOT_FOUND_IN_DOCUMENTS", {}))
    state = business_state(failed)
    assert (state.can_send, state.errors[0].code) == (LIMITED, 141010)
    assert state.errors[0].description.endswith("Meta reports: LEGAL_NAME_NOT_FOUND_IN_DOCUMENTS.")
    alert = business_state(facts(alert=("INCREASED_CAPABILITIES_ELIGIBILITY_FAILED", "Low quality.", {})))
    assert (alert.can_send, alert.info) == (
        AVAILABLE,
        ("Meta has not raised the messaging limit (increased capabilities eligibility failed). Low quality.",),
    )


def test_what_failed_lately_blocks_and_what_is_missing_limits():
    problem = Problem(190, "Expired.", "Renew it.")
    assert with_problems(HealthState(), [problem], ["Quiet."]) == HealthState(BLOCKED, ("Quiet.",), (problem,))
    assert with_problems(HealthState(), [], ["Quiet."]).can_send == LIMITED
    assert with_problems(HealthState(BLOCKED), []).can_send == BLOCKED


def test_transitions_are_at_announcements_and_at_the_end_of_a_restriction():
    until = AT - timedelta(days=2)
    kind = restricted("RESTRICTED_BIZ_INITIATED_MESSAGING", int(until.timestamp()))
    start = facts(5, **kind)["account.account_restriction"]
    review = facts(1, review="PENDING")["review"]
    same = facts(4, review="APPROVED")["review"]
    rows = list(transitions(waba_state, {}, [start, same, review], AT - timedelta(days=90), AT))
    assert [
        (transition.at, transition.before, transition.after.can_send, transition.change) for transition in rows
    ] == [
        (start.at, AVAILABLE, BLOCKED, start),
        (until, BLOCKED, AVAILABLE, None),
        (review.at, AVAILABLE, LIMITED, review),
    ]


def test_a_restriction_of_before_ends_within():
    former_facts = facts(
        60, **restricted("RESTRICTED_BIZ_INITIATED_MESSAGING", int((AT - timedelta(days=1)).timestamp()))
    )
    (transition,) = transitions(waba_state, former_facts, [], AT - timedelta(days=30), AT)
    assert (transition.at, transition.before, transition.after.can_send) == (AT - timedelta(days=1), BLOCKED, AVAILABLE)
