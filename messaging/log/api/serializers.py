"""Messages in the REST API."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Subaccount
from billing.dimensions import TemplateNameSerializer
from billing.enums import ExemptionKind
from billing.selectors import Charge, Explanation, sum_charges
from core.links import PageSerializer
from core.money import plain
from core.serializers import MaskedMessageIdField, MaskedNumberField, ReservedNamesSerializer
from core.sparse import SparseSerializer
from messaging.log.models import Message, Participant
from messaging.log.selectors.participants import is_to_group
from messaging.log.story.timeline import diagnosis_of
from messaging.persons.selectors.names import names_of
from providers.error_catalogue import Retry

CHARGE_STATES = ("charged", "free", "unrated", "none")


class ErrorSerializer(serializers.Serializer[Any]):
    """The error code of a message, and the list it is from."""

    source = serializers.CharField()  # type: ignore[assignment] # the field's name in our API
    code = serializers.IntegerField()
    title = serializers.CharField()
    meaning = serializers.CharField()
    remedy = serializers.CharField()
    retryable = serializers.ChoiceField([str(word) for word in Retry])


class CostSerializer(serializers.Serializer[Any]):
    """The cost of a message. Without an amount if it is unknown or the message is free."""

    state = serializers.ChoiceField(CHARGE_STATES)
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)


class ParticipantSerializer(serializers.ModelSerializer[Participant]):
    """A participant of a message to a group, with a status and a charge of their own."""

    msisdn = MaskedNumberField(help_text="Digits; masked for a key without the scope for full numbers.")
    user_id = MaskedNumberField(
        help_text="Meta's id of the person; masked for a key without the scope for full numbers."
    )
    error_code = serializers.IntegerField(allow_null=True)

    class Meta:
        model = Participant
        fields = (
            "participant_key", "msisdn", "user_id", "country", "category", "status", "sent_at", "delivered_at",
            "read_at", "failed_at", "error_source", "error_code", "error_title",
        )  # fmt: skip
        extra_kwargs: ClassVar = {"participant_key": {"help_text": "The `charge_id` in exports of charges."}}


class MessageSerializer(SparseSerializer, serializers.ModelSerializer[Message]):
    """One message."""

    # The message has names for those who may see them, the context `charges` by UMID, `subaccounts` (code by id),
    # `whole_numbers`, and `fields`.

    msisdn = MaskedNumberField(help_text="Digits; masked for a key without the scope for full numbers.")
    user_id = MaskedNumberField(
        help_text="Meta's id of the person; masked for a key without the scope for full numbers."
    )
    provider_message_id = MaskedMessageIdField(
        help_text="The provider's id. Meta's holds the number: masked for a key without the scope for full numbers."
    )
    username = serializers.SerializerMethodField()
    profile_name = serializers.SerializerMethodField()
    subaccount_id = serializers.SerializerMethodField()
    channel = serializers.SerializerMethodField()
    template = TemplateNameSerializer(source="named_template", allow_null=True)
    source_category = serializers.CharField(source="source.category", default="")
    source_name = serializers.CharField(source="source.name", default="")
    error = serializers.SerializerMethodField()
    participants = serializers.SerializerMethodField()
    cost = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "umid", "provider", "provider_message_id", "subaccount_id", "channel", "direction", "msisdn", "user_id",
            "username", "profile_name", "group_id", "country", "content_type", "category", "template",
            "source_category", "source_name", "recipient_type", "response_code", "status", "status_detail", "error",
            "participants", "created_at", "queued_at", "sent_at", "delivered_at", "read_at", "failed_at", "rejected_at",
            "expired_at", "received_at", "client_message_id", "cost",
        )  # fmt: skip

    def get_username(self, message: Message) -> str:
        """The person's username without @; empty if unknown, and for a key without the scope for full numbers."""
        return names_of(message).username

    def get_profile_name(self, message: Message) -> str:
        """The person's profile name; empty if unknown, and for a key without the scope for full numbers."""
        return names_of(message).profile_name

    def get_subaccount_id(self, message: Message) -> str | None:
        """8x8's subAccountId."""
        subaccounts: dict[int | None, str] = self.context["subaccounts"]
        return subaccounts.get(message.subaccount_id)

    def get_channel(self, message: Message) -> str | None:
        """The provider's id of the business phone number."""
        return message.phone_number.provider_number_id if message.phone_number else None

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, message: Message) -> "dict[str, Any] | None":
        """The code with the provider's title, its meaning and the remedy; null without an error."""
        diagnosis = diagnosis_of(message)
        if diagnosis is None:
            return None
        return {
            "source": message.error_source,
            "code": message.error_code,
            "title": message.error_title,
            "meaning": diagnosis.meaning,
            "remedy": diagnosis.remedy,
            "retryable": str(diagnosis.retryable),
        }

    @extend_schema_field(ParticipantSerializer(many=True, allow_null=True))
    def get_participants(self, message: Message) -> "list[dict[str, Any]] | None":
        """Whom a message to a group was reported for, each with a status and a charge; null for other messages."""
        if not is_to_group(message):
            return None
        return [dict(ParticipantSerializer(one, context=self.context).data) for one in message.participants]

    @extend_schema_field(CostSerializer)
    def get_cost(self, message: Message) -> "dict[str, str | None]":
        """State, amount and currency; of a message to a group: of all participants, unrated if any is."""
        charges: dict[UUID, Charge] = self.context["charges"]
        charge = charges.get(message.umid)
        if charge is None:
            return {"state": "none", "amount": None, "currency": None}
        amount = plain(charge.amount) if charge.amount is not None else None
        return {"state": str(charge.state), "amount": amount, "currency": charge.currency or None}


class MessagePageSerializer(PageSerializer):
    """A page of messages with links to the next and previous pages."""

    results = MessageSerializer(many=True)


class TierSerializer(ReservedNamesSerializer):
    """The positions that cost the same; `to` is null if the tier has no end or its end is unknown (`end_known`)."""

    from_ = serializers.IntegerField()
    number = serializers.IntegerField()
    to = serializers.IntegerField(allow_null=True)
    end_known = serializers.BooleanField()


class RateCardSerializer(serializers.Serializer[Any]):
    """The card a price was read from, with the digest of its file and the source of the price."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    effective_from = serializers.DateField()
    revision = serializers.IntegerField()
    sha256 = serializers.CharField()
    price_source = serializers.CharField()


class RuleSerializer(serializers.Serializer[Any]):
    """The rule that decides whether the message is charged and which messages it is counted with."""

    revision = serializers.IntegerField()
    sha256 = serializers.CharField()
    scope = serializers.CharField(help_text="Whose messages are counted together.")
    accrual_group = serializers.CharField(help_text="Which of them.")
    allowance = serializers.IntegerField(help_text="How many of them are free each month.")
    source = serializers.CharField()  # type: ignore[assignment] # the field's name in our API


class AppliedExemptionSerializer(serializers.Serializer[Any]):
    """The exemption of the WABA that decided, or that selected the rules of an earlier day."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ExemptionKind.choices)
    first_day = serializers.DateField()
    last_day = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment] # the name of a field


class SaleSerializer(serializers.Serializer[Any]):
    """What the account charges its customer for the message, if it has own prices."""

    state = serializers.ChoiceField(["charged", "free", "unrated"])
    reason = serializers.CharField()
    price = serializers.CharField(allow_null=True)
    margin = serializers.CharField(allow_null=True)
    terms = serializers.CharField()


class RatingSerializer(serializers.Serializer[Any]):
    """The rating that last covered the message."""

    run = serializers.IntegerField()
    rated_at = serializers.DateTimeField()


class EvidenceSerializer(serializers.Serializer[Any]):
    """What proves the delivery: the id of the stored webhook, and the message's status now."""

    webhook_event = serializers.IntegerField(allow_null=True)
    status = serializers.CharField()


class ExplainedChargeSerializer(SparseSerializer):
    """A charge with its reasons."""

    umid = serializers.UUIDField()
    state = serializers.ChoiceField(CHARGE_STATES)
    reason = serializers.CharField()
    meaning = serializers.CharField(allow_null=True, help_text="Why it is free or unrated, in plain words.")
    price_source = serializers.CharField(
        allow_null=True, help_text="webhook, inferred, derived, or provider (an upper bound); null if unrated."
    )
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_null=True)
    market = serializers.CharField(allow_null=True)
    market_table = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True)
    billed_at = serializers.DateTimeField(allow_null=True)
    billing_month = serializers.CharField(allow_null=True, help_text="For example 2026-10.")
    position = serializers.IntegerField(allow_null=True)
    external_volume = serializers.IntegerField(
        allow_null=True, help_text="Messages of other providers counted before its position."
    )
    tier = TierSerializer(allow_null=True)
    unit_price = serializers.CharField(allow_null=True)
    rate_card = RateCardSerializer(allow_null=True)
    rule_set = serializers.CharField(allow_null=True)
    rule = RuleSerializer(allow_null=True, help_text="Null if an exemption decided instead.")
    exemption = AppliedExemptionSerializer(allow_null=True)
    sale = SaleSerializer(allow_null=True)
    rating = RatingSerializer(allow_null=True)
    evidence = EvidenceSerializer(allow_null=True)


class ParticipantChargeSerializer(ExplainedChargeSerializer):
    """The charge of one participant of a message to a group."""

    participant_key = serializers.UUIDField()


class ChargeSerializer(ExplainedChargeSerializer):
    """One message's charge; if it was not delivered, only `umid`, `state` and `reason` are not null.

    A message to a group has the sum, and the charges of its `participants`, which explain it; others have null there.
    """

    participants = ParticipantChargeSerializer(many=True, allow_null=True)


def subaccount_codes(account: Any) -> dict[int, str]:
    """The subAccountId of each primary key."""
    return dict(Subaccount.objects.filter(account=account).values_list("id", "code"))


_NOTHING = dict.fromkeys(ChargeSerializer().fields)


def charge_body(umid: UUID, explanation: Explanation | None, status: str) -> dict[str, Any]:
    """A charge with card, rule, tier, position and evidence; null in all of them when the message was not delivered."""
    if explanation is None:
        reason = f"Only delivered outbound messages are charged: the status of this one is {status}."
        return {**_NOTHING, "umid": umid, "state": "none", "reason": reason}
    charge = explanation.charge
    return {
        **_NOTHING,
        "umid": umid,
        "state": charge.state,
        "reason": charge.reason,
        "meaning": explanation.meaning,
        "price_source": charge.price_source or None,
        "amount": _amount(charge.amount),
        "currency": charge.currency or None,
        "category": charge.category,
        "market": charge.market or None,
        "market_table": explanation.market_table or None,
        "country": charge.country or None,
        "billed_at": charge.billed_at,
        "billing_month": f"{charge.billing_month:%Y-%m}",
        "position": charge.position,
        "external_volume": explanation.external,
        "unit_price": _amount(charge.unit_price),
        **_prices(explanation),
        "rule_set": explanation.rule_set,
        "rating": {"run": explanation.run_id, "rated_at": explanation.rated_at} if explanation.run_id else None,
        "evidence": {"webhook_event": explanation.webhook_id, "status": status},
    }


def group_charge_body(message: Message, explanations: Sequence[Explanation | None]) -> dict[str, Any]:
    """The charge of a message to a group, with those of its attached participants, whose explanations these are."""
    pairs = list(zip(message.participants, explanations, strict=True))
    participants = [
        {**charge_body(message.umid, each, one.status), "participant_key": one.participant_key} for one, each in pairs
    ]
    charges = [each.charge for each in explanations if each]
    if not charges:
        return {**charge_body(message.umid, None, message.status), "participants": participants}
    total = sum_charges(charges)
    return {
        **_NOTHING,
        "umid": message.umid,
        "state": total.state,
        "reason": total.reason,
        "price_source": total.price_source or None,
        "amount": _amount(total.amount),
        "currency": total.currency or None,
        "category": total.category,
        "participants": participants,
    }


def _prices(explanation: Explanation) -> dict[str, Any]:
    """Tier, card, rule, exemption and sale, each of them or null."""
    tier, card, rule, sale = explanation.charge.tier, explanation.charge.card, explanation.rule, explanation.charge.sale
    return {
        "tier": {"number": tier.number, "from": tier.above + 1, "to": tier.up_to, "end_known": tier.end_known}
        if tier else None,
        "rate_card": {
            "id": explanation.card_id, "name": card.name, "effective_from": card.effective_from,
            "revision": card.revision, "sha256": card.sha256, "price_source": explanation.figure_source,
        } if card else None,
        "rule": {
            "revision": rule.revision, "sha256": rule.sha256, "scope": rule.scope, "accrual_group": rule.accrual_group,
            "allowance": rule.allowance, "source": rule.source,
        } if rule else None,
        "exemption": AppliedExemptionSerializer(explanation.exemption).data if explanation.exemption else None,
        "sale": {
            "state": sale.state, "reason": sale.reason, "price": _amount(sale.price),
            "margin": _amount(explanation.margin), "terms": explanation.resale,
        } if sale else None,
    }  # fmt: skip


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)
