"""REST: rate cards, and delivered messages without a price."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from billing.api.serializers import AmountField
from billing.dimensions.values import RateTierSerializer
from billing.enums import Book, UnratedReason
from billing.models import Rate, RateCard
from billing.prices.rate_cards import lacks_of
from billing.selectors.unrated import unrated
from core.filtersets import StrictFilterSet, parameters
from core.links import PageSerializer
from core.queries import nothing_asked
from core.resources import listed, shown
from core.sparse import SparseSerializer


class CardFilterSet(StrictFilterSet):
    """Filters of the rate cards that an account sees, all combined with AND."""

    currency = filters.CharFilter(lookup_expr="iexact", min_length=3, max_length=3, help_text="ISO 4217.")
    book = filters.ChoiceFilter(choices=Book.choices, help_text="buy: the provider's; sell: your own.")
    active = filters.TypedChoiceFilter(
        field_name="is_active", choices=[("true", "true"), ("false", "false")], coerce="true".__eq__,
        help_text="Only active or only superseded revisions.",
    )  # fmt: skip

    class Meta:
        model = RateCard
        fields: tuple[str, ...] = ()


class CardSerializer(SparseSerializer, serializers.ModelSerializer[RateCard]):
    """A rate card without its rates. The account's `own` cards take precedence over general ones."""

    own = serializers.SerializerMethodField()
    active = serializers.BooleanField(source="is_active", help_text="Whether this revision is active.")
    rates_count = serializers.IntegerField()

    class Meta:
        model = RateCard
        fields: tuple[str, ...] = (
            "id", "name", "own", "book", "provider", "currency", "effective_from", "revision", "active", "sha256",
            "loaded_at", "approved_by", "approved_at", "rates_count",
        )  # fmt: skip

    def get_own(self, card: RateCard) -> bool:
        """Whether it is the account's own."""
        return card.account_id is not None


class CardPageSerializer(PageSerializer):
    """A page of rate cards with links to the next and previous pages."""

    results = CardSerializer(many=True)


class RateSerializer(serializers.ModelSerializer[Rate]):
    """The price of one message, and where the figure is from."""

    tier = serializers.SerializerMethodField()
    unit_price = AmountField()

    class Meta:
        model = Rate
        fields = ("market", "category", "tier", "unit_price", "source")

    @extend_schema_field(RateTierSerializer)
    def get_tier(self, rate: Rate) -> "dict[str, Any]":
        """Its number and bounds."""
        return {"number": rate.tier, "from": rate.first, "to": rate.up_to, "end_known": rate.end_known}


class CardDetailSerializer(CardSerializer):
    """A rate card with every rate, and its missing prices in words."""

    lacks = serializers.SerializerMethodField()
    rates = RateSerializer(many=True)

    class Meta(CardSerializer.Meta):
        fields = (*CardSerializer.Meta.fields, "lacks", "rates")

    def get_lacks(self, card: RateCard) -> list[str]:
        """Markets without a rate, and tiers whose end is unknown."""
        return lacks_of(card)


class UnratedSerializer(serializers.Serializer[Any]):
    """Messages without a price for the same reason."""

    reason = serializers.ChoiceField(UnratedReason.choices)
    meaning = serializers.CharField()
    remedy = serializers.CharField()
    market = serializers.CharField()
    category = serializers.CharField()
    currency = serializers.CharField()
    countries = serializers.ListField(child=serializers.CharField(), help_text="ISO 3166 alpha-2.")
    messages = serializers.IntegerField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class UnratedReportSerializer(serializers.Serializer[Any]):
    """Every delivered message without a price, grouped."""

    messages = serializers.IntegerField()
    results = UnratedSerializer(many=True)


class CardView(TenantView):
    """What both views of rate cards share."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    def visible(self) -> QuerySet[RateCard]:
        """Everyone's cards and the account's own that are or were in force."""
        decided = Q(is_active=True) | Q(approved_at__isnull=False)
        cards = RateCard.objects.filter(Q(account=None) | Q(account=self.account), decided)
        return cards.annotate(rates_count=Count("rates"))


class RateCardListView(CardView):
    """The rate cards that apply to the account's messages, 100 per page."""

    @extend_schema(operation_id="list_rate_cards", parameters=parameters(CardFilterSet), responses=CardPageSerializer)
    def get(self, request: Request) -> Response:
        """One page, most recently loaded first. Follow `next` for cards loaded earlier."""
        filterset = CardFilterSet(request.query_params, queryset=self.visible())
        return Response(listed(CardSerializer, filterset, request, column="loaded_at"))


class RateCardDetailView(CardView):
    """One rate card."""

    @extend_schema(operation_id="get_rate_card", responses=CardDetailSerializer)
    def get(self, request: Request, card_id: int) -> Response:
        """The card with its rates by market, category and tier; 404 if the account has none with that id."""
        card = get_object_or_404(self.visible().prefetch_related("rates"), pk=card_id)
        return Response(shown(CardDetailSerializer, card, request))


class UnratedView(TenantView):
    """Delivered messages without a price."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    @extend_schema(operation_id="report_unrated", responses=UnratedReportSerializer)
    def get(self, request: Request) -> Response:
        """By reason, market, category and currency, the most messages first, with what to do about each."""
        nothing_asked(request)
        found = unrated(self.account, self.principal.subaccount_ids)
        total = sum(row.messages for row in found)
        return Response({"messages": total, "results": UnratedSerializer(found, many=True).data})
