"""The numbers, subaccounts and templates of a batch of events, in five queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from accounts.models import Subaccount, Waba
from messaging.log.models import Horizon, PhoneNumber, Template
from messaging.log.models.channel import template_language
from providers.events import CallEvent, ChangeEvent, ContactEvent, MessageEvent
from providers.vocabulary import Subject

_ALWAYS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Placement:
    """The subaccount, phone number and WABA of a message; None where unknown."""

    subaccount_id: int | None
    phone_number_id: int | None = None
    waba_id: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateRef:
    """A template's id and category."""

    id: int
    category: str


class Unregistered(LookupError):
    """The event names a number or subaccount that is not registered; the error's text says what to register."""


class Directory:
    """Maps events to the channels of some accounts, never across accounts. Needs an open tenant scope."""

    def __init__(self, account_ids: Iterable[int]) -> None:
        ids = set(account_ids)
        self._numbers: dict[tuple[int, str, str], Placement] = {}
        self._subaccounts: dict[tuple[int, str], list[Placement]] = {}
        self._templates: dict[tuple[int, int | None, str, str], TemplateRef] = {}
        self._templates_by_id: dict[tuple[int, int | None, str], TemplateRef] = {}
        self._account_ids = ids
        self._wabas: dict[tuple[int, str], int] = {}
        self._portfolios: dict[int, int] = {}
        self._by_msisdn: dict[tuple[int, str], list[int]] = {}
        wabas = Waba.objects.filter(account__in=ids).values_list("account_id", "waba_id", "id", "portfolio_id")
        for account_id, meta_id, pk, portfolio_id in wabas:
            self._wabas[account_id, meta_id], self._portfolios[pk] = pk, portfolio_id
        for account_id, pk, code in Subaccount.objects.filter(account__in=ids).values_list("account_id", "id", "code"):
            self._subaccounts[account_id, code] = [Placement(pk)]
        numbers = PhoneNumber.objects.filter(account__in=ids).values_list(
            "account_id", "provider", "provider_number_id", "subaccount_id", "id", "waba_id", "subaccount__code",
            "msisdn",
        )  # fmt: skip
        for account_id, provider, number_id, subaccount_id, pk, waba_id, code, msisdn in numbers:
            placement = Placement(subaccount_id, pk, waba_id)
            self._numbers[account_id, provider, number_id] = placement
            self._subaccounts[account_id, code].append(placement)
            self._by_msisdn.setdefault((account_id, msisdn), []).append(pk)

        self._horizons = dict(Horizon.objects.filter(pk__in=ids).values_list("account_id", "begins_at"))

    def scope(self, waba_id: int | None) -> str:
        """Where the user ids of a WABA are unique: in its portfolio. Empty if the WABA is unknown."""
        portfolio_id = self._portfolios.get(waba_id or 0)
        return f"portfolio:{portfolio_id}" if portfolio_id else ""

    def begins_at(self, account_id: int) -> datetime:
        """When the account's log begins: retention has deleted earlier messages."""
        return self._horizons.get(account_id, _ALWAYS)

    def load_templates(self, events: Iterable[tuple[int, MessageEvent]]) -> None:
        """Fetch the templates that these (account id, event) pairs name."""
        names, ids = set(), set()
        for _, event in events:
            if event.template_name:
                names.add(event.template_name)
            elif event.template_id:
                ids.add(event.template_id)
        if not (names or ids):
            return
        rows = Template.objects.filter(
            Q(name__in=names) | Q(provider_template_id__in=ids), account__in=self._account_ids
        ).values_list("account_id", "waba_id", "name", "language", "id", "category", "provider_template_id")
        for account_id, waba_id, name, language, pk, category, provider_id in rows.order_by("id"):
            template = TemplateRef(pk, category.lower())
            self._templates_by_id[account_id, waba_id, provider_id] = template
            self._templates[account_id, waba_id, name, language] = template
            self._templates.setdefault((account_id, None, name, language), template)
            # Direct Send names a template whose language Meta decides.
            self._templates.setdefault((account_id, waba_id, name, ""), template)

    def placement(self, account_id: int, provider: str, event: MessageEvent | CallEvent) -> Placement:
        """The placement of an event. Raises Unregistered."""
        placement = self._numbers.get((account_id, provider, event.number_id)) if event.number_id else None
        if placement is not None:
            return placement
        if not event.subaccount_code:
            raise Unregistered(f"number id {event.number_id!r} is not registered with {provider} in this account")
        placements = self._subaccounts.get((account_id, event.subaccount_code))
        if placements is None:
            raise Unregistered(f"subaccount {event.subaccount_code!r} is not registered in this account")
        if len(placements) == 2:  # the subaccount itself and its only number: an 8x8 receipt names no channel
            return placements[1]
        wabas = {placement.waba_id for placement in placements[1:]}
        return Placement(placements[0].subaccount_id, waba_id=wabas.pop() if len(wabas) == 1 else None)

    def template(self, account_id: int, placement: Placement, event: MessageEvent) -> TemplateRef | None:
        """The template that the event names: the WABA's, or the account's oldest when the WABA is unknown."""
        if not event.template_name:
            key = (account_id, placement.waba_id, event.template_id)
            return self._templates_by_id.get(key) if event.template_id else None
        language = template_language(event.template_language)
        return self._templates.get((account_id, placement.waba_id, event.template_name, language))

    def waba(self, account_id: int, waba_id: str) -> int:
        """The WABA of Meta's id. Raises Unregistered."""
        pk = self._wabas.get((account_id, waba_id))
        if pk is None:
            raise Unregistered(f"WABA {waba_id!r} is not registered in this account")
        return pk

    def subject(self, account_id: int, provider: str, event: ChangeEvent) -> int | None:
        """The id of an announcement's subject; None for a template of a registered WABA, which may be new.

        A number is identified by its provider's id or by its MSISDN. Raises Unregistered.
        """
        if event.subject != Subject.PHONE_NUMBER:
            waba = self.waba(account_id, event.waba_id)
            return waba if event.subject == Subject.WABA else None
        placement = self._numbers.get((account_id, provider, event.number_id))
        if placement is not None and placement.phone_number_id is not None:
            return placement.phone_number_id
        numbers = self._by_msisdn.get((account_id, event.msisdn), [])
        if len(numbers) != 1:
            raise Unregistered(f"phone number {event.msisdn or event.number_id!r} is not registered in this account")
        return numbers[0]

    def owner(self, account_id: int, provider: str, event: ContactEvent) -> str:
        """The scope of the WABA or number through which an account knows a person. Raises Unregistered."""
        if event.waba_id:
            return self.scope(self.waba(account_id, event.waba_id))
        placement = self._numbers.get((account_id, provider, event.number_id))
        if placement is None or placement.phone_number_id is None:
            raise Unregistered(f"number id {event.number_id!r} is not registered with {provider} in this account")
        return self.scope(placement.waba_id)
