"""The operations page: what is waiting, on hold or missing, and how bad that is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import Permission
from accounts.principal import Principal
from accounts.selectors import every_account_id
from billing.notices import portfolios_in_several_accounts
from billing.selectors import RatingLag, rating_lag
from core.counting import COUNT_LIMIT, format_count
from messaging.inbound.enums import InboxState
from messaging.inbound.selectors.held import UnsettledWebhooks, unsettled_webhooks
from messaging.log.enums import SubmissionState
from messaging.log.selectors.gaps import (
    QUIET_AFTER,
    QUIET_LEAST,
    MessagesInSent,
    QuietNumber,
    count_not_folded,
    long_in_sent,
    quiet_numbers,
)
from messaging.log.story.timeline import format_span
from messaging.sending.selectors.uncertain import count_uncertain

WAITS_WARN, WAITS_BAD = timedelta(seconds=60), timedelta(seconds=300)
RATING_WARN = timedelta(seconds=60)
FOLD_WARN = 100_000  # count changes; a fold applies 50,000 every ten seconds
MAX_ROWS = 50
GOOD, WARN, BAD = "good", "warn", "bad"
_LEVEL_LABELS = {GOOD: gettext_lazy("Good"), WARN: gettext_lazy("Needs attention"), BAD: gettext_lazy("Critical")}
INBOX = "admin:inbound_inboxitem_changelist"
SUBMISSIONS = "admin:sending_submission_changelist"


@dataclass(frozen=True)
class StatusFigure:
    """A figure of the page with its level and a link to its rows."""

    label: str
    value: str
    detail: str
    level: str
    link: str = ""

    @property
    def level_label(self) -> str:
        """The label of the level, because colour alone is not accessible."""
        return str(_LEVEL_LABELS[self.level])


@dataclass(frozen=True)
class InstallationState:
    """The state of the installation at a time."""

    at: datetime
    held: list[UnsettledWebhooks]
    quiet: list[QuietNumber]
    in_sent: list[MessagesInSent]
    uncertain: int
    rating: RatingLag
    not_folded: int
    shared_portfolios: dict[str, list[str]] = field(default_factory=dict)  # the accounts of each, by business id

    @property
    def longest_wait(self) -> timedelta:
        """How long the oldest due webhook has waited; zero if none is due."""
        since = [account.due_since for account in self.held if account.due_since is not None]
        return max(self.at - min(since), timedelta(0)) if since else timedelta(0)

    @property
    def pending(self) -> int:
        """The number of pending webhooks."""
        return sum(account.pending for account in self.held)

    @property
    def on_hold(self) -> int:
        """The number of quarantined and parked webhooks."""
        return sum(account.quarantined + account.parked for account in self.held)

    @property
    def is_healthy(self) -> bool:
        """Whether every figure is good."""
        return all(figure.level == GOOD for figure in self.figures)

    @property
    def sentence(self) -> str:
        """The state in one sentence."""
        return ", ".join(_parts(self)) or _("No problems: nothing is waiting or on hold")

    @property
    def figures(self) -> list[StatusFigure]:
        """The figures at the top of the page."""
        return [_oldest(self), _on_hold(self), _quiet(self), _uncertain(self), _rating(self), _folding(self)]

    @property
    def rows_held(self) -> list["HeldRow"]:
        """The accounts with pending webhooks or webhooks on hold, with links."""
        return [HeldRow(account, self.at) for account in self.held[:MAX_ROWS]]

    @property
    def rows_quiet(self) -> list[QuietNumber]:
        """The first quiet numbers."""
        return self.quiet[:MAX_ROWS]

    @property
    def rows_in_sent(self) -> list[MessagesInSent]:
        """The numbers with the most messages without an outcome."""
        return self.in_sent[:MAX_ROWS]

    @property
    def rule(self) -> str:
        """The rule by which a number is quiet."""
        return _(
            "No messages for %(hours)s, although the same hours of the last two weeks had %(least)d or more each."
        ) % {"hours": _hours(QUIET_AFTER), "least": QUIET_LEAST}


@dataclass(frozen=True)
class HeldRow:
    """A row of the table of webhooks: one account."""

    held: UnsettledWebhooks
    at: datetime

    @property
    def longest_wait(self) -> str:
        """How long the oldest due webhook has waited."""
        return _format_span(self.at - self.held.due_since) if self.held.due_since else ""

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The count and link of each state."""
        counts = (
            (InboxState.PENDING, self.held.pending),
            (InboxState.QUARANTINED, self.held.quarantined),
            (InboxState.PARKED, self.held.parked),
        )
        return [(format_count(n) if n else "", inbox_link(state, self.held.account_id)) for state, n in counts]


@dataclass(frozen=True)
class Gap:
    """A problem that members of an account should know, with a link."""

    text: str
    link: str = ""


def installation_state(now: datetime) -> InstallationState:
    """The current state of the installation. Needs every tenant's scope."""
    accounts = every_account_id()
    return InstallationState(
        at=now,
        held=unsettled_webhooks(accounts, now),
        quiet=quiet_numbers(accounts, now),
        in_sent=long_in_sent(accounts, now),
        uncertain=count_uncertain(accounts),
        rating=rating_lag(accounts, COUNT_LIMIT),
        not_folded=count_not_folded(accounts, FOLD_WARN),
        shared_portfolios=portfolios_in_several_accounts(),
    )


def own_gaps(by: Principal, now: datetime) -> list[Gap]:
    """The problems of one account: quiet numbers and uncertain messages within reach, and webhooks on hold for people
    who manage the webhooks of the whole account.
    """
    account, ids = by.account, by.subaccount_ids
    gaps = [
        Gap(_quiet_text(quiet), reverse("log:log") + "?" + urlencode({"channel": quiet.number.provider_number_id}))
        for quiet in quiet_numbers([account.pk], now)
        if ids is None or quiet.number.subaccount_id in ids
    ]
    if n := count_uncertain([account.pk], ids):
        link = reverse("log:log") + "?" + urlencode({"sending": str(SubmissionState.UNCERTAIN)})
        gaps.append(Gap(_uncertain_text(n), link))
    if by.may(Permission.MANAGE_WEBHOOKS) and not by.reach.limited:
        for held in unsettled_webhooks([account.pk], now):
            counts = {InboxState.QUARANTINED: held.quarantined, InboxState.PARKED: held.parked}
            gaps += [_held_gap(state, n) for state, n in counts.items() if n]
    return gaps


def inbox_link(state: str, account_id: int | None = None) -> str:
    """The URL of the admin's list of webhooks in this state."""
    params = {"state__exact": str(state), **({"account__id__exact": str(account_id)} if account_id else {})}
    return f"{reverse(INBOX)}?{urlencode(params)}"


def _parts(state: InstallationState) -> Iterator[str]:
    pending, on_hold, failed = state.pending, state.on_hold, state.rating.failed
    if pending and state.longest_wait >= timedelta(seconds=1):
        text = ngettext(
            "%(n)s webhook waiting, the oldest for %(time)s", "%(n)s webhooks waiting, the oldest for %(time)s", pending
        )
        yield text % {"n": format_count(pending), "time": _format_span(state.longest_wait)}
    elif pending:
        yield ngettext("%(n)s webhook waiting", "%(n)s webhooks waiting", pending) % {"n": format_count(pending)}
    if on_hold:
        yield ngettext("%(n)s webhook on hold", "%(n)s webhooks on hold", on_hold) % {"n": format_count(on_hold)}
    if quiet := len(state.quiet):
        yield ngettext("%(n)s quiet number", "%(n)s quiet numbers", quiet) % {"n": f"{quiet:,}"}
    if n := state.uncertain:
        yield ngettext("%(n)s uncertain message", "%(n)s uncertain messages", n) % {"n": format_count(n)}
    if failed:
        text = ngettext("%(n)s bucket could not be rated", "%(n)s buckets could not be rated", failed)
        yield text % {"n": format_count(failed)}


def _oldest(state: InstallationState) -> StatusFigure:
    level = BAD if state.longest_wait >= WAITS_BAD else WARN if state.longest_wait >= WAITS_WARN else GOOD
    value = _format_span(state.longest_wait) if state.longest_wait >= timedelta(seconds=1) else _("None")
    detail = _("%(n)s waiting") % {"n": format_count(state.pending)}
    return StatusFigure(_("Oldest waiting webhook"), value, detail, level, inbox_link(InboxState.PENDING))


def _on_hold(state: InstallationState) -> StatusFigure:
    quarantined = sum(account.quarantined for account in state.held)
    parked = sum(account.parked for account in state.held)
    detail = _("%(quarantined)s quarantined, %(parked)s parked") % {
        "quarantined": format_count(quarantined),
        "parked": format_count(parked),
    }
    link = inbox_link(InboxState.PARKED if parked and not quarantined else InboxState.QUARANTINED)
    return StatusFigure(
        _("Webhooks on hold"), format_count(state.on_hold), detail, WARN if state.on_hold else GOOD, link
    )


def _quiet(state: InstallationState) -> StatusFigure:
    level = WARN if state.quiet else GOOD
    detail = _("nothing for %(hours)s") % {"hours": _hours(QUIET_AFTER)}
    return StatusFigure(_("Quiet numbers"), f"{len(state.quiet):,}", detail, level)


def _uncertain(state: InstallationState) -> StatusFigure:
    link = f"{reverse(SUBMISSIONS)}?{urlencode({'state__exact': str(SubmissionState.UNCERTAIN)})}"
    level = WARN if state.uncertain else GOOD
    return StatusFigure(
        _("Uncertain messages"), format_count(state.uncertain), _("no response, possibly sent"), level, link
    )


def _rating(state: InstallationState) -> StatusFigure:
    name, lag, link = _("Rating"), state.rating, reverse("admin:billing_bucket_changelist")
    if lag.failed:
        return StatusFigure(
            name, _("%(n)s failed") % {"n": format_count(lag.failed)}, _("see the bucket for the reason"), BAD, link
        )
    if not lag.dirty:
        return StatusFigure(name, _("Up to date"), _("all deliveries rated"), GOOD, link)
    behind = state.at - lag.rated_at if lag.rated_at else RATING_WARN
    worked = _("last run %(time)s ago") % {"time": _format_span(behind)} if lag.rated_at else _("has not run yet")
    to_do = _("%(n)s remaining") % {"n": format_count(lag.dirty)}
    return StatusFigure(name, to_do, worked, WARN if behind >= RATING_WARN else GOOD, link)


def _folding(state: InstallationState) -> StatusFigure:
    n = state.not_folded
    level = WARN if n > FOLD_WARN else GOOD
    return StatusFigure(_("Pending count updates"), format_count(n, FOLD_WARN), _("every 10 seconds"), level)


def _quiet_text(quiet: QuietNumber) -> str:
    name = quiet.number.name or quiet.number.msisdn
    text = _("%(name)s is quiet: no messages for %(hours)s, compared with the usual %(usual)s or more.")
    return text % {"name": name, "hours": _hours(QUIET_AFTER), "usual": f"{quiet.usual:,}"}


def _uncertain_text(n: int) -> str:
    text = ngettext(
        "%(n)s message may or may not have been sent: resolve it on its page.",
        "%(n)s messages may or may not have been sent: resolve them on their pages.",
        n,
    )
    return text % {"n": format_count(n)}


def _held_gap(state: InboxState, n: int) -> Gap:
    if state == InboxState.PARKED:
        text = ngettext(
            "%(n)s webhook is parked: its number, WABA or subaccount is not registered.",
            "%(n)s webhooks are parked: their numbers, WABAs or subaccounts are not registered.",
            n,
        )
    else:
        text = ngettext(
            "%(n)s webhook has a part that is not applied, and is quarantined.",
            "%(n)s webhooks have parts that are not applied, and are quarantined.",
            n,
        )
    return Gap(text % {"n": format_count(n)}, f"{reverse('inbound:held')}?{urlencode({'state': str(state)})}")


def _hours(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


def _format_span(span: timedelta) -> str:
    return format_span(int(span.total_seconds()))
