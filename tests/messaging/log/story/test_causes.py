"""The likely causes of a failure."""

from datetime import UTC, datetime, timedelta

import pytest

from messaging.log.models import Change, Message, Template
from messaging.log.selectors.circumstances import Circumstances
from messaging.log.story.causes import QUESTIONS, causes, meta_code, questions
from providers.vocabulary import Subject

AT = datetime(2026, 11, 12, 12, tzinfo=UTC)
BEFORE = AT - timedelta(hours=3)
NOT_ANNOUNCED = (
    "No announcement shows that sale was paused then: Meta may have held it back to see how the first recipients "
    "reacted."
)
NEVER = (
    "This person had neither written to you nor called in the 30 days before, so no customer service window was open."
)
CLOSED = (
    "The customer service window had closed: it ends 24 hours after the person’s last message or call, which came on "
    "{at}."
)
OPEN = (
    "According to the log, the window was open: the person wrote or called less than 24 hours before. They may have "
    "done so at another of your numbers, and each has its own window; it was on {at}."
)
TOKEN = (
    "Meta refused the access token. Check in Meta’s Access Token Debugger whether it has expired and includes "
    "whatsapp_business_messaging, then store a new one."
)


def announced_change(subject, field, new, reason="", at=BEFORE):
    return {(subject, field): Change(subject=subject, field=field, new=new, reason=reason, at=at)}


def find_causes(code=None, circumstances=None, **message):
    message = Message(error_source="meta" if code else "", error_code=code, **message)
    return [(cause.text, cause.at, cause.likely) for cause in causes(message, circumstances or Circumstances(AT))]


def test_the_template_was_paused_then():
    circumstances = Circumstances(
        AT,
        announced_change(Subject.TEMPLATE, "status", "PAUSED", "FIRST_PAUSE"),
        next_template_status=Change(new="APPROVED", at=AT + timedelta(hours=1)),
    )
    assert find_causes(132015, circumstances, template=Template(name="sale")) == [
        ("The template sale had been paused (FIRST_PAUSE) since {at}.", BEFORE, True),
        ("It was approved again on {at}.", AT + timedelta(hours=1), False),
    ]


def test_nobody_announced_a_pause():
    circumstances = Circumstances(AT, announced_change(Subject.TEMPLATE, "status", "APPROVED"))
    assert find_causes(132015, circumstances, template=Template(name="sale")) == [
        (
            NOT_ANNOUNCED,
            None,
            False,
        )
    ]
    assert find_causes(131026, circumstances, template=Template(name="sale")) == []


@pytest.mark.parametrize(
    ("last", "text", "likely"),
    [
        (
            None,
            NEVER,
            True,
        ),
        (
            AT - timedelta(hours=25),
            CLOSED,
            True,
        ),
        (
            AT - timedelta(hours=23),
            OPEN,
            False,
        ),
    ],
)
def test_the_window(last, text, likely):
    assert find_causes(131047, Circumstances(AT, last_inbound_at=last)) == [(text, last, likely)]


@pytest.mark.parametrize(
    ("code", "about", "text"),
    [
        (131026, {"country": "CU"}, "WhatsApp delivers no business messages to people in Cuba."),
        (
            130497,
            {"country": "SG"},
            "Your business cannot message people in Singapore: its industry is restricted there.",
        ),
        (130497, {}, "Your business cannot message people in this country: its industry is restricted there."),
        (
            131049,
            {"country": "US", "category": "marketing"},
            "Meta has delivered no marketing messages to US numbers since 1 April 2025.",
        ),
        (
            190,
            {},
            TOKEN,
        ),
        (130429, {}, "Your number can send 80 messages per second; more were sent."),
    ],
)
def test_codes_with_one_cause(code, about, text):
    assert find_causes(code, **about) == [(text, None, True)]


@pytest.mark.parametrize(
    "about", [{"country": "US", "category": "utility"}, {"country": "SG", "category": "marketing"}]
)
def test_other_messages_are_not_held_back_for_their_country(about):
    assert find_causes(131049, **about) == []


def test_the_person():
    circumstances = Circumstances(AT, stopped_at=BEFORE, marketing_in_the_week_before=1, in_the_minute_before=11)
    stopped = ("This person stopped marketing messages on {at}.", BEFORE, True)
    assert find_causes(131050, circumstances) == [stopped]
    assert find_causes(131049, circumstances, category="marketing") == [
        stopped,
        ("You sent this person 1 other marketing message in the seven days before.", None, True),
    ]
    assert find_causes(131056, circumstances) == [
        ("12 messages went to this person within a minute; Meta allows one every six seconds.", None, True)
    ]


def test_the_number_and_its_limit():
    circumstances = Circumstances(
        AT,
        announced_change(Subject.PHONE_NUMBER, "flag", "FLAGGED")
        | announced_change(Subject.WABA, "messaging_limit", "TIER_2K")
        | announced_change(Subject.PHONE_NUMBER, "throughput", "HIGH"),
    )  # fmt: skip
    assert find_causes(131048, circumstances) == [
        ("Your number had been flagged for low quality since {at}.", BEFORE, True),
        ("Your messaging limit was 2,000 people in 24 hours at the time.", None, True),
    ]
    assert find_causes(131026, circumstances) == [
        ("Your number had been flagged for low quality since {at}.", BEFORE, False)
    ]
    assert ("Your messaging limit was 2,000 people in 24 hours at the time.", None, False) in find_causes(
        130429, circumstances
    )


def test_the_waba_was_restricted_lately():
    field = "account.account_restriction"
    circumstances = Circumstances(
        AT, announced_change(Subject.WABA, field, "ACCOUNT_RESTRICTION", "RESTRICTED_BIZ_INITIATED_MESSAGING")
    )
    text = "The WhatsApp Business Account was restricted (RESTRICTED_BIZ_INITIATED_MESSAGING) on {at}."
    assert find_causes(368, circumstances) == [(text, BEFORE, True)]
    old = Circumstances(AT, announced_change(Subject.WABA, field, "ACCOUNT_RESTRICTION", at=AT - timedelta(days=31)))
    assert find_causes(368, old) == []


@pytest.mark.parametrize(
    ("source", "code", "behind", "meta"),
    [("meta", 131026, None, 131026), ("8x8", 1018, None, 131026), ("8x8", 25, 131049, 131049), ("8x8", 9, None, None)],
)
def test_metas_code(source, code, behind, meta):
    assert meta_code(Message(error_source=source, error_code=code, provider_error_code=behind)) == meta


def test_questions_for_errors_that_meta_does_not_explain():
    assert questions(Message(error_source="meta", error_code=131026)) == QUESTIONS
    assert questions(Message(error_source="8x8", error_code=1018)) == QUESTIONS
    assert questions(Message(error_source="meta", error_code=131049)) == ()
    assert questions(Message(expired_at=AT)) == QUESTIONS
