"""REST in 8x8's shape: the webhooks configuration. 8x8's documentation describes it; see docs/gateway.md."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Permission
from core.json_parser import StrictJSONArrayParser
from events.selectors import visible_endpoints
from events.services import configure_endpoints, delete_endpoints
from messaging.sending.api.sending import View8x8
from messaging.sending.eightxeight import Refusal
from messaging.sending.eightxeight.webhooks import EVERY, HIDDEN, KINDS, read_hooks

# A webhook reveals what its events do, so its configuration needs the permissions to read them.
_READ_PERMISSIONS = sorted({permission for kind in KINDS.values() for permission in kind.permissions})
_LETTERS = {kind.name: letters for letters, kind in KINDS.items()}
KIND_CHOICES = [(letters, kind.label) for letters, kind in KINDS.items()]


class HookNameSerializer(serializers.Serializer[Any]):
    """A webhook by its subaccount and kind."""

    subAccountId = serializers.CharField(max_length=50, help_text="`*` means all.")  # noqa: N815 - 8x8's
    type = serializers.ChoiceField(KIND_CHOICES, required=False, help_text="Default: both.")


class HookSerializer(HookNameSerializer):
    """A configured webhook."""

    url = serializers.URLField(max_length=2048)
    enabled = serializers.BooleanField(required=False, default=True)
    httpAuthorization = serializers.CharField(  # noqa: N815 - 8x8's
        required=False, max_length=4096, help_text="Sent as the `Authorization` header; returned as `***`."
    )


class WebhooksView(View8x8):
    """The account's webhooks, to which receipts (CADR) and inbound messages (MSG) are posted."""

    permission: ClassVar[Permission] = Permission.MANAGE_WEBHOOKS
    permissions: ClassVar = {"POST": (Permission.MANAGE_WEBHOOKS, *_READ_PERMISSIONS)}
    parser_classes = (StrictJSONArrayParser,)

    @extend_schema(operation_id="get_webhooks", responses=HookSerializer(many=True))
    def get(self, request: Request, account_id: str) -> Response:
        """The webhooks that the key has access to."""
        self.check_account(account_id)
        return Response(
            [
                {
                    "subAccountId": endpoint.subaccount.code if endpoint.subaccount else EVERY,
                    "type": _LETTERS[endpoint.event_type],
                    "url": endpoint.url,
                    "enabled": endpoint.enabled,
                    **({"httpAuthorization": HIDDEN} if endpoint.authorization_sealed else {}),
                }
                for endpoint in visible_endpoints(self.principal).filter(event_type__in=_LETTERS)
            ]
        )

    @extend_schema(operation_id="add_webhooks", request=HookSerializer(many=True), responses={200: None})
    def post(self, request: Request, account_id: str) -> Response:
        """Create or replace webhooks, all or none."""
        self.check_account(account_id)
        configure_endpoints(read_hooks(request.data, self._subaccount_pk), by=self.principal)
        return Response()

    @extend_schema(operation_id="delete_webhooks", request=HookNameSerializer(many=True), responses={200: None})
    def delete(self, request: Request, account_id: str) -> Response:
        """Delete webhooks, all or none. A webhook that does not exist is ignored."""
        self.check_account(account_id)
        delete_endpoints(read_hooks(request.data, self._subaccount_pk, delete=True), by=self.principal)
        return Response()

    def _subaccount_pk(self, code: str) -> int | None:
        """The subaccount of a code; None is all of them, for a key that is not limited."""
        if code != EVERY:
            return self.subaccount(code, closed=True)
        if self.principal.reach.limited:
            raise Refusal(1001, "This API key is limited to some subaccounts: name one of them instead of *.")
        return None
