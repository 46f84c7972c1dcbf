"""What the operations page says: whether anything waits, is held or is missing, and how bad that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse

from accounts.enums import Permission
from accounts.models import Account, Membership
from accounts.selectors import Reach, every_account_id
from billing.selectors import RatingLag, rating_lag
from messaging.enums import InboxState
from messaging.selectors.gaps import (
    MOST_COUNTED,
    QUIET_AFTER,
    QUIET_LEAST,
    Held,
    InSent,
    QuietNumber,
    held,
    long_in_sent,
    not_folded,
    quiet_numbers,
)
from messaging.story import spell_gap

WAITS_WARN, WAITS_BAD = timedelta(seconds=60), timedelta(seconds=300)
RATING_WARN = timedelta(seconds=60)
FOLD_WARN = 100_000  # changes of counts; a fold takes 50,000 at a time, every ten seconds
MOST_ROWS = 50
GOOD, WARN, BAD = "good", "warn", "bad"
_WORDS = {GOOD: "Good", WARN: "Look at it", BAD: "Act now"}
_WHERE = " The operator of this installation sees why; so does the REST API at /api/v1/webhook-events/."
INBOX = "admin:messaging_inboxitem_changelist"


@dataclass(frozen=True)
class Figure:
    """One number of the page, how it stands, and where its rows are."""

    label: str
    value: str
    detail: str
    level: str
    link: str = ""

    @property
    def word(self) -> str:
        """The level in words, as colour alone says nothing."""
        return _WORDS[self.level]


@dataclass(frozen=True)
class State:
    """The installation at a moment."""

    at: datetime
    held: list[Held]
    quiet: list[QuietNumber]
    in_sent: list[InSent]
    rating: RatingLag
    not_folded: int

    @property
    def waits(self) -> timedelta:
        """How long the oldest webhook that is due has waited; nothing when none is."""
        since = [account.due_since for account in self.held if account.due_since is not None]
        return max(self.at - min(since), timedelta(0)) if since else timedelta(0)

    @property
    def pending(self) -> int:
        """Webhooks in line."""
        return sum(account.pending for account in self.held)

    @property
    def kept_back(self) -> int:
        """Webhooks that are quarantined or parked."""
        return sum(account.quarantined + account.parked for account in self.held)

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to look at."""
        return all(figure.level == GOOD for figure in self.figures)

    @property
    def sentence(self) -> str:
        """The state in one sentence."""
        return ", ".join(_parts(self)) or "All quiet: nothing waits, nothing is held"

    @property
    def figures(self) -> list[Figure]:
        """What the page shows on top."""
        return [_oldest(self), _kept_back(self), _quiet(self), _rating(self), _folding(self)]

    @property
    def rows_held(self) -> list["HeldRow"]:
        """The accounts with unsettled webhooks, with links to them."""
        return [HeldRow(account, self.at) for account in self.held[:MOST_ROWS]]

    @property
    def rows_quiet(self) -> list[QuietNumber]:
        """The first of the quiet numbers."""
        return self.quiet[:MOST_ROWS]

    @property
    def rows_in_sent(self) -> list[InSent]:
        """The numbers with the most messages without an outcome."""
        return self.in_sent[:MOST_ROWS]

    @property
    def rule(self) -> str:
        """When a number counts as quiet."""
        return (
            f"No message for {_hours(QUIET_AFTER)}, although the same hours of the last two weeks had "
            f"{QUIET_LEAST} or more each."
        )


@dataclass(frozen=True)
class HeldRow:
    """One account of the table of webhooks."""

    held: Held
    at: datetime

    @property
    def waits(self) -> str:
        """How long its oldest webhook has waited."""
        return _spell(self.at - self.held.due_since) if self.held.due_since else ""

    @property
    def cells(self) -> list[tuple[str, str]]:
        """Count and link for each state."""
        counts = (
            (InboxState.PENDING, self.held.pending),
            (InboxState.QUARANTINED, self.held.quarantined),
            (InboxState.PARKED, self.held.parked),
        )
        return [(up_to(n) if n else "", inbox_link(state, self.held.account_id)) for state, n in counts]


@dataclass(frozen=True)
class Gap:
    """Something that an account's own people should know, and where to look."""

    text: str
    link: str = ""


def look(now: datetime) -> State:
    """The whole installation now. Needs every tenant's scope."""
    accounts = every_account_id()
    return State(
        at=now,
        held=held(accounts, now),
        quiet=quiet_numbers(accounts, now),
        in_sent=long_in_sent(accounts, now),
        rating=rating_lag(accounts, MOST_COUNTED),
        not_folded=not_folded(accounts, FOLD_WARN),
    )


def own_gaps(account: Account, reach: Reach, membership: Membership, now: datetime, *, operator: bool) -> list[Gap]:
    """What is missing in one account: quiet numbers within reach; for those who manage webhooks, quarantined ones too.

    Only operators get links into the admin.
    """
    gaps = [
        Gap(
            _went_quiet(quiet), reverse("messaging:log") + "?" + urlencode({"channel": quiet.number.provider_number_id})
        )
        for quiet in quiet_numbers([account.pk], now)
        if reach.ids is None or quiet.number.subaccount_id in reach.ids
    ]
    if membership.may(Permission.MANAGE_WEBHOOKS):
        link = inbox_link(InboxState.QUARANTINED, account.pk) if operator else ""
        gaps += [
            Gap(_quarantined(one.quarantined) + ("" if operator else _WHERE), link)
            for one in held([account.pk], now)
            if one.quarantined
        ]
    return gaps


def inbox_link(state: str, account_id: int | None = None) -> str:
    """The admin's list of webhooks of that state."""
    chosen = {"state__exact": str(state), **({"account__id__exact": str(account_id)} if account_id else {})}
    return f"{reverse(INBOX)}?{urlencode(chosen)}"


def up_to(n: int, most: int = MOST_COUNTED) -> str:
    """A count that ended at `most`: "1,000+"."""
    return f"{most:,}+" if n > most else f"{n:,}"


def _parts(state: State) -> Iterator[str]:
    if state.pending:
        wait = f", the oldest for {_spell(state.waits)}" if state.waits >= timedelta(seconds=1) else ""
        yield f"{_webhooks(state.pending)} {'waits' if state.pending == 1 else 'wait'}{wait}"
    if state.kept_back:
        yield f"{_webhooks(state.kept_back)} {_are(state.kept_back)} held"
    if state.quiet:
        yield f"{len(state.quiet):,} {'number' if len(state.quiet) == 1 else 'numbers'} went quiet"
    if state.rating.failed:
        yield f"{up_to(state.rating.failed)} {'bucket' if state.rating.failed == 1 else 'buckets'} could not be rated"


def _oldest(state: State) -> Figure:
    level = BAD if state.waits >= WAITS_BAD else WARN if state.waits >= WAITS_WARN else GOOD
    value = _spell(state.waits) if state.waits >= timedelta(seconds=1) else "None"
    detail = f"{up_to(state.pending)} in line"
    return Figure("Oldest waiting webhook", value, detail, level, inbox_link(InboxState.PENDING))


def _kept_back(state: State) -> Figure:
    quarantined = sum(account.quarantined for account in state.held)
    parked = sum(account.parked for account in state.held)
    detail = f"{up_to(quarantined)} quarantined, {up_to(parked)} parked"
    link = inbox_link(InboxState.PARKED if parked and not quarantined else InboxState.QUARANTINED)
    return Figure("Held webhooks", up_to(state.kept_back), detail, WARN if state.kept_back else GOOD, link)


def _quiet(state: State) -> Figure:
    level = WARN if state.quiet else GOOD
    return Figure("Quiet numbers", f"{len(state.quiet):,}", f"nothing for {_hours(QUIET_AFTER)}", level)


def _rating(state: State) -> Figure:
    lag, link = state.rating, reverse("admin:billing_bucket_changelist")
    if lag.failed:
        return Figure("Rating", f"{up_to(lag.failed)} failed", "the bucket says why", BAD, link)
    if not lag.dirty:
        return Figure("Rating", "Up to date", "all deliveries rated", GOOD, link)
    behind = state.at - lag.rated_at if lag.rated_at else RATING_WARN
    detail = f"last worked {_spell(behind)} ago" if lag.rated_at else "has not worked yet"
    return Figure("Rating", f"{up_to(lag.dirty)} to do", detail, WARN if behind >= RATING_WARN else GOOD, link)


def _folding(state: State) -> Figure:
    n = state.not_folded
    return Figure("Counts to add up", up_to(n, FOLD_WARN), "every 10 seconds", WARN if n > FOLD_WARN else GOOD)


def _went_quiet(quiet: QuietNumber) -> str:
    name = quiet.number.name or quiet.number.msisdn
    return f"{name} went quiet: no message for {_hours(QUIET_AFTER)}, where {quiet.usual:,} or more are usual."


def _quarantined(n: int) -> str:
    return f"{_webhooks(n)} could not be understood and {_are(n)} quarantined."


def _webhooks(n: int) -> str:
    return f"{up_to(n)} {'webhook' if n == 1 else 'webhooks'}"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"


def _hours(span: timedelta) -> str:
    return f"{span // timedelta(hours=1)} hours"


def _spell(span: timedelta) -> str:
    start = datetime.min.replace(tzinfo=UTC)
    return spell_gap(start, start + timedelta(seconds=int(span.total_seconds()))).removeprefix("+")
