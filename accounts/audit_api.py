"""REST: the audit log."""

from typing import ClassVar

import django_filters as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import AuditEntry
from accounts.selectors.audit_chain import chain_of
from core.filtersets import MomentFilter, StrictFilterSet, parameters
from core.links import PageSerializer
from core.resources import page_data
from core.sparse import SparseSerializer


class AuditFilterSet(StrictFilterSet):
    """Filters of one account's entries, all combined with AND."""

    actor = filters.CharFilter(lookup_expr="icontains", max_length=255, help_text="Part of the value, case-insensitive")
    action = filters.CharFilter(max_length=64, help_text="For example api_key.created")
    target = filters.CharFilter(
        lookup_expr="icontains", max_length=255, help_text="Part of the value, case-insensitive"
    )
    after = MomentFilter(field_name="at", lookup_expr="gte", help_text="Inclusive.")
    before = MomentFilter(field_name="at", lookup_expr="lt", help_text="Exclusive.")

    class Meta:
        model = AuditEntry
        fields: tuple[str, ...] = ()


class AuditEntrySerializer(SparseSerializer, serializers.ModelSerializer[AuditEntry]):
    """One action and its position in the account's chain."""

    details = serializers.DictField(help_text="Values before and after, counts and reasons, depending on the action.")
    digest = serializers.SerializerMethodField(help_text="SHA-256 of the previous digest and this entry.")

    class Meta:
        model = AuditEntry
        fields = ("id", "position", "at", "actor", "action", "target", "details", "ip_address", "digest")

    def get_digest(self, entry: AuditEntry) -> str:
        """In hexadecimal."""
        return bytes(entry.digest or b"").hex()


class AuditPageSerializer(PageSerializer):
    """A page of entries with links to the next and previous pages, and the current end of the chain."""

    head = serializers.CharField(help_text="Position and digest of the last entry. Store it to verify the log later.")
    results = AuditEntrySerializer(many=True)


class AuditListView(TenantView):
    """The audit log, newest first, 100 per page."""

    permission: ClassVar[Permission] = Permission.VIEW_AUDIT

    @extend_schema(operation_id="list_audit", responses=AuditPageSerializer, parameters=parameters(AuditFilterSet))
    def get(self, request: Request) -> Response:
        """One page. Follow `next` for older entries, `previous` for newer ones."""
        if self.principal.reach.limited:
            raise PermissionDenied(
                "This API key is limited to subaccounts, but the audit log covers the whole account."
            )
        entries = AuditEntry.objects.filter(account=self.account)
        filterset = AuditFilterSet(request.query_params, queryset=entries)
        data = page_data(AuditEntrySerializer, filterset, request, column="at")
        return Response({**data, "head": chain_of(self.account).head})
