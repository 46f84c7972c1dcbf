"""Likely causes of a failure: rules over its circumstances. Each rule yields sentences that a person can check."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from billing.pricing import SERVICE_WINDOW
from core.countries import country_name
from messaging.log.assets.changes import limit as limit_label
from messaging.log.assets.changes import provider_label
from messaging.log.models import Message
from messaging.log.selectors.circumstances import Circumstances
from providers.error_catalogue import META, catalogue
from providers.error_catalogue import meta_code as meta_code_of
from providers.vocabulary import Category, Subject, TemplateStatus

UNREACHABLE = ("CU", "IR", "KP", "SY")  # Meta, support page: people there cannot receive; regions of UA are not known
_US_MARKETING_ENDS = datetime.fromisoformat("2025-04-01T00:00:00+00:00")  # Meta, per-user marketing limits
_TEMPLATE_CODES = {132001, 132015, 132016, 141002}
_LIMIT_CODES = {80007, 130429, 131048, 131056, 131064}
_WABA_CODES = {368, 131031, 131042, 131064, 141014}
UNEXPLAINED_CODES = {131026, 131000}  # Meta does not say why, for the person's privacy


@dataclass(frozen=True)
class Cause:
    """One finding. "{at}" in the sentence is replaced by the time `at`. An unlikely one is only a hint."""

    text: str
    at: datetime | None = None
    likely: bool = True


Rule = Callable[[Message, int | None, Circumstances], Iterator[Cause]]


def causes(message: Message, circumstances: Circumstances) -> list[Cause]:
    """The causes that explain the failure, the likely ones first; empty without any."""
    code = meta_code(message)
    explanations = [cause for rule in _RULES for cause in rule(message, code, circumstances)]
    return sorted(explanations, key=lambda cause: not cause.likely)


def meta_code(message: Message) -> int | None:
    """Meta's code for the failure: its own, the one that came with an 8x8 code, or the catalogue's equivalent."""
    if message.error_code is None:
        return None
    return meta_code_of(message.error_source, message.error_code, message.provider_error_code)


def questions(message: Message) -> tuple[str, ...]:
    """Questions for the person by another channel (Meta's support page), where Meta gives no reason."""
    if meta_code(message) in UNEXPLAINED_CODES or message.expired_at is not None:
        return tuple(str(question) for question in QUESTIONS)
    return ()


QUESTIONS = (
    gettext_lazy("Can they send a WhatsApp message to your business number?"),
    gettext_lazy("Is your number among their blocked contacts (Settings, Privacy, Blocked)?"),
    gettext_lazy("Have they accepted WhatsApp’s current terms? If not, Settings, Help prompts them to."),
    gettext_lazy(
        "Do they use the latest version of WhatsApp? "
        "Android before 2.21.15.15 and iOS before 2.21.170.4 cannot receive."
    ),
)


def _template(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    change = circumstances.changes.get((Subject.TEMPLATE, "status"))
    if message.template is None:
        return
    if change and change.new not in {TemplateStatus.APPROVED, "REINSTATED", ""}:
        values = {"name": message.template.name, "state": provider_label(change.new), "reason": change.reason}
        if change.reason:
            yield Cause(_("The template %(name)s had been %(state)s (%(reason)s) since {at}.") % values, change.at)
        else:
            yield Cause(_("The template %(name)s had been %(state)s since {at}.") % values, change.at)
        if circumstances.next_template_status:
            now = provider_label(circumstances.next_template_status.new)
            yield Cause(
                _("It was %(state)s again on {at}.") % {"state": now},
                circumstances.next_template_status.at,
                likely=False,
            )
    elif code in _TEMPLATE_CODES:
        yield Cause(
            _(
                "No announcement shows that %(name)s was paused then: Meta may have held it back to see how "
                "the first recipients reacted."
            )
            % {"name": message.template.name},
            likely=False,
        )


def _window(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    if code != 131047:
        return
    if circumstances.last_inbound_at is None:
        yield Cause(
            _(
                "This person had neither written to you nor called in the 30 days before, so no customer service "
                "window was open."
            )
        )
    elif circumstances.at - circumstances.last_inbound_at > SERVICE_WINDOW:
        yield Cause(
            _(
                "The customer service window had closed: it ends 24 hours after the person’s last message or "
                "call, which came on {at}."
            ),
            circumstances.last_inbound_at,
        )
    else:
        yield Cause(
            _(
                "According to the log, the window was open: the person wrote or called less than 24 hours before. They "
                "may have done so at another of your numbers, and each has its own window; it was on {at}."
            ),
            circumstances.last_inbound_at,
            likely=False,
        )


def _country(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    where = country_name(message.country) if message.country else ""
    if message.country in UNREACHABLE:
        yield Cause(_("WhatsApp delivers no business messages to people in %(where)s.") % {"where": where})
    elif code == 130497:
        sentence = _("Your business cannot message people in %(country)s: its industry is restricted there.")
        yield Cause(sentence % {"country": where or _("this country")})
    marketing = message.category == Category.MARKETING
    if code == 131049 and message.country == "US" and marketing and circumstances.at >= _US_MARKETING_ENDS:
        yield Cause(_("Meta has delivered no marketing messages to US numbers since 1 April 2025."))


def _person(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    if circumstances.stopped_at and (message.category == Category.MARKETING or code == 131050):
        yield Cause(_("This person stopped marketing messages on {at}."), circumstances.stopped_at)
    if code == 131049 and circumstances.marketing_in_the_week_before:
        n = circumstances.marketing_in_the_week_before
        sentence = ngettext(
            "You sent this person %(n)d other marketing message in the seven days before.",
            "You sent this person %(n)d other marketing messages in the seven days before.",
            n,
        )
        yield Cause(sentence % {"n": n})
    if code == 131056:
        n = circumstances.in_the_minute_before + 1
        sentence = ngettext(
            "%(n)d message went to this person within a minute; Meta allows one every six seconds.",
            "%(n)d messages went to this person within a minute; Meta allows one every six seconds.",
            n,
        )
        yield Cause(sentence % {"n": n})


def _number(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    flag = circumstances.changes.get((Subject.PHONE_NUMBER, "flag"))
    if flag and flag.new == "FLAGGED":
        yield Cause(_("Your number had been flagged for low quality since {at}."), flag.at, likely=code in _LIMIT_CODES)
    limit = circumstances.value_of(Subject.PHONE_NUMBER, "messaging_limit") or circumstances.value_of(
        Subject.WABA, "messaging_limit"
    )
    if code in _LIMIT_CODES and limit:
        yield Cause(
            _("Your messaging limit was %(limit)s at the time.") % {"limit": limit_label(limit)},
            likely=code in {131048, 131064},
        )
    if code == 130429 and circumstances.value_of(Subject.PHONE_NUMBER, "throughput") != "HIGH":
        yield Cause(_("Your number can send 80 messages per second; more were sent."))


_WABA_SENTENCES = {
    "account.account_restriction": gettext_lazy("The WhatsApp Business Account was restricted on {at}."),
    "account.disabled_update": gettext_lazy(
        "Meta announced that it will disable the WhatsApp Business Account on {at}."
    ),
    "account.account_violation": gettext_lazy("Meta reported a violation of its policies on {at}."),
}
_WABA_SENTENCES_WITH_REASON = {
    "account.account_restriction": gettext_lazy("The WhatsApp Business Account was restricted (%(reason)s) on {at}."),
    "account.disabled_update": gettext_lazy(
        "Meta announced that it will disable the WhatsApp Business Account (%(reason)s) on {at}."
    ),
    "account.account_violation": gettext_lazy("Meta reported a violation of its policies (%(reason)s) on {at}."),
}


def _waba(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    for name in _WABA_SENTENCES:
        change = circumstances.changes.get((Subject.WABA, name))
        if change and circumstances.at - change.at < timedelta(days=30):
            sentence = (_WABA_SENTENCES_WITH_REASON if change.reason else _WABA_SENTENCES)[name] % {
                "reason": change.reason
            }
            yield Cause(sentence, change.at, likely=code in _WABA_CODES)


def _token(message: Message, code: int | None, circumstances: Circumstances) -> Iterator[Cause]:
    diagnosis = catalogue().get((META, code)) if code is not None else None
    if diagnosis and diagnosis.group == "authorization":
        yield Cause(
            _(
                "Meta refused the access token. Check in Meta’s Access Token Debugger whether it has expired and "
                "includes whatsapp_business_messaging, then store a new one."
            )
        )


_RULES: tuple[Rule, ...] = (_template, _window, _country, _person, _number, _waba, _token)
