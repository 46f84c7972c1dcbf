"""What the operations page says: whether anything waits, is held or is missing, and how bad that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Permission
from accounts.principal import Principal
from accounts.selectors import every_account_id
from billing.selectors import RatingLag, rating_lag
from core.counting import MOST_COUNTED, up_to
from messaging.inbound.enums import InboxState
from messaging.inbound.selectors.held import UnsettledWebhooks, unsettled_webhooks
from messaging.log.enums import SubmissionState
from messaging.log.selectors.gaps import (
    QUIET_AFTER,
    QUIET_LEAST,
    InSent,
    QuietNumber,
    long_in_sent,
    not_folded,
    quiet_numbers,
)
from messaging.log.story.timeline import format_span
from messaging.sending.selectors.uncertain import count_uncertain

WAITS_WARN, WAITS_BAD = timedelta(seconds=60), timedelta(seconds=300)
RATING_WARN = timedelta(seconds=60)
FOLD_WARN = 100_000  # changes of counts; a fold takes 50,000 at a time, every ten seconds
MOST_ROWS = 50
GOOD, WARN, BAD = "good", "warn", "bad"
_WORDS = {GOOD: gettext_lazy("Good"), WARN: gettext_lazy("Needs attention"), BAD: gettext_lazy("Critical")}
INBOX = "admin:inbound_inboxitem_changelist"
SUBMISSIONS = "admin:sending_submission_changelist"


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
        return str(_WORDS[self.level])


@dataclass(frozen=True)
class State:
    """The installation at a moment."""

    at: datetime
    held: list[UnsettledWebhooks]
    quiet: list[QuietNumber]
    in_sent: list[InSent]
    uncertain: int
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
        return ", ".join(_parts(self)) or _("No problems: nothing is waiting or on hold")

    @property
    def figures(self) -> list[Figure]:
        """What the page shows on top."""
        return [_oldest(self), _kept_back(self), _quiet(self), _uncertain(self), _rating(self), _folding(self)]

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
        return _(
            "No messages for %(hours)s, although the same hours of the last two weeks had %(least)d or more each."
        ) % {"hours": _hours(QUIET_AFTER), "least": QUIET_LEAST}


@dataclass(frozen=True)
class HeldRow:
    """One account of the table of webhooks."""

    held: UnsettledWebhooks
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


def installation_state(now: datetime) -> State:
    """The whole installation now. Needs every tenant's scope."""
    accounts = every_account_id()
    return State(
        at=now,
        held=unsettled_webhooks(accounts, now),
        quiet=quiet_numbers(accounts, now),
        in_sent=long_in_sent(accounts, now),
        uncertain=count_uncertain(accounts),
        rating=rating_lag(accounts, MOST_COUNTED),
        not_folded=not_folded(accounts, FOLD_WARN),
    )


def own_gaps(by: Principal, now: datetime, *, operator: bool) -> list[Gap]:
    """What is missing in one account: quiet numbers and uncertain messages within reach; for those who manage webhooks,
    quarantined ones too.

    Only operators get links into the admin.
    """
    account, ids = by.account, by.subaccount_ids
    gaps = [
        Gap(_went_quiet(quiet), reverse("log:log") + "?" + urlencode({"channel": quiet.number.provider_number_id}))
        for quiet in quiet_numbers([account.pk], now)
        if ids is None or quiet.number.subaccount_id in ids
    ]
    if n := count_uncertain([account.pk], ids):
        link = reverse("log:log") + "?" + urlencode({"sending": str(SubmissionState.UNCERTAIN)})
        gaps.append(Gap(_nobody_knows(n), link))
    if by.may(Permission.MANAGE_WEBHOOKS):
        link = inbox_link(InboxState.QUARANTINED, account.pk) if operator else ""
        gaps += [
            Gap(_quarantined(one.quarantined, operator=operator), link)
            for one in unsettled_webhooks([account.pk], now)
            if one.quarantined
        ]
    return gaps


def inbox_link(state: str, account_id: int | None = None) -> str:
    """The admin's list of webhooks of that state."""
    chosen = {"state__exact": str(state), **({"account__id__exact": str(account_id)} if account_id else {})}
    return f"{reverse(INBOX)}?{urlencode(chosen)}"


def _parts(state: State) -> Iterator[str]:
    pending, back, failed = state.pending, state.kept_back, state.rating.failed
    if pending and state.waits >= timedelta(seconds=1):
        said = ngettext(
            "%(n)s webhook waiting, the oldest for %(time)s", "%(n)s webhooks waiting, the oldest for %(time)s", pending
        )
        yield said % {"n": up_to(pending), "time": _spell(state.waits)}
    elif pending:
        yield ngettext("%(n)s webhook waiting", "%(n)s webhooks waiting", pending) % {"n": up_to(pending)}
    if back:
        yield ngettext("%(n)s webhook on hold", "%(n)s webhooks on hold", back) % {"n": up_to(back)}
    if quiet := len(state.quiet):
        yield ngettext("%(n)s quiet number", "%(n)s quiet numbers", quiet) % {"n": f"{quiet:,}"}
    if n := state.uncertain:
        yield ngettext("%(n)s uncertain message", "%(n)s uncertain messages", n) % {"n": up_to(n)}
    if failed:
        said = ngettext("%(n)s bucket could not be rated", "%(n)s buckets could not be rated", failed)
        yield said % {"n": up_to(failed)}


def _oldest(state: State) -> Figure:
    level = BAD if state.waits >= WAITS_BAD else WARN if state.waits >= WAITS_WARN else GOOD
    value = _spell(state.waits) if state.waits >= timedelta(seconds=1) else _("None")
    detail = _("%(n)s waiting") % {"n": up_to(state.pending)}
    return Figure(_("Oldest waiting webhook"), value, detail, level, inbox_link(InboxState.PENDING))


def _kept_back(state: State) -> Figure:
    quarantined = sum(account.quarantined for account in state.held)
    parked = sum(account.parked for account in state.held)
    detail = _("%(quarantined)s quarantined, %(parked)s parked") % {
        "quarantined": up_to(quarantined),
        "parked": up_to(parked),
    }
    link = inbox_link(InboxState.PARKED if parked and not quarantined else InboxState.QUARANTINED)
    return Figure(_("Webhooks on hold"), up_to(state.kept_back), detail, WARN if state.kept_back else GOOD, link)


def _quiet(state: State) -> Figure:
    level = WARN if state.quiet else GOOD
    detail = _("nothing for %(hours)s") % {"hours": _hours(QUIET_AFTER)}
    return Figure(_("Quiet numbers"), f"{len(state.quiet):,}", detail, level)


def _uncertain(state: State) -> Figure:
    link = f"{reverse(SUBMISSIONS)}?{urlencode({'state__exact': str(SubmissionState.UNCERTAIN)})}"
    level = WARN if state.uncertain else GOOD
    return Figure(_("Uncertain messages"), up_to(state.uncertain), _("no response, possibly sent"), level, link)


def _rating(state: State) -> Figure:
    name, lag, link = _("Rating"), state.rating, reverse("admin:billing_bucket_changelist")
    if lag.failed:
        return Figure(name, _("%(n)s failed") % {"n": up_to(lag.failed)}, _("see the bucket for the reason"), BAD, link)
    if not lag.dirty:
        return Figure(name, _("Up to date"), _("all deliveries rated"), GOOD, link)
    behind = state.at - lag.rated_at if lag.rated_at else RATING_WARN
    worked = _("last run %(time)s ago") % {"time": _spell(behind)} if lag.rated_at else _("has not run yet")
    to_do = _("%(n)s remaining") % {"n": up_to(lag.dirty)}
    return Figure(name, to_do, worked, WARN if behind >= RATING_WARN else GOOD, link)


def _folding(state: State) -> Figure:
    n = state.not_folded
    level = WARN if n > FOLD_WARN else GOOD
    return Figure(_("Pending count updates"), up_to(n, FOLD_WARN), _("every 10 seconds"), level)


def _went_quiet(quiet: QuietNumber) -> str:
    name = quiet.number.name or quiet.number.msisdn
    said = _("%(name)s is quiet: no messages for %(hours)s, compared with the usual %(usual)s or more.")
    return said % {"name": name, "hours": _hours(QUIET_AFTER), "usual": f"{quiet.usual:,}"}


def _nobody_knows(n: int) -> str:
    said = ngettext(
        "%(n)s message may or may not have been sent: resolve it on its page.",
        "%(n)s messages may or may not have been sent: resolve them on their pages.",
        n,
    )
    return said % {"n": up_to(n)}


def _quarantined(n: int, *, operator: bool) -> str:
    said = ngettext(
        "%(n)s webhook could not be parsed and is quarantined.",
        "%(n)s webhooks could not be parsed and are quarantined.",
        n,
    ) % {"n": up_to(n)}
    where = _(
        "The reason is shown to the operator of this installation and in the REST API at /api/v1/webhook-events/."
    )
    return said if operator else f"{said} {where}"


def _hours(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


def _spell(span: timedelta) -> str:
    return format_span(int(span.total_seconds()))
