"""REST: the health status, in Tollgate's own shape and in those of Meta's Graph API and of 360dialog.

The latter two are the providers' APIs, for clients that know them; our schema does not describe them.
"""

import re
import secrets
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.authentication import ApiKeyAuthentication
from accounts.enums import Permission
from accounts.models import ApiKey
from accounts.services import authenticate_api_key
from core.problem_details import exception_handler, headers_of
from core.queries import reject_params
from messaging.log.assets.health import Node, worst
from messaging.log.models import PhoneNumber
from messaging.log.selectors.health import Health, health
from providers.registry import vendor_of
from providers.vocabulary import CanSend, Entity, Shape


class HealthErrorSerializer(serializers.Serializer[Any]):
    """Why something cannot send."""

    error_code = serializers.IntegerField()
    error_description = serializers.CharField()
    possible_solution = serializers.CharField()


class EntitySerializer(serializers.Serializer[Any]):
    """One node. `id` is the provider's, or null if unknown."""

    entity_type = serializers.ChoiceField(Entity.choices)
    id = serializers.CharField(allow_null=True)
    can_send_message = serializers.ChoiceField(CanSend.choices)
    additional_info = serializers.ListField(child=serializers.CharField(), required=False)
    errors = HealthErrorSerializer(many=True, required=False)  # type: ignore[assignment] # the field's name at Meta


class StatusSerializer(serializers.Serializer[Any]):
    """The overall status, which is that of the worst node, and the nodes."""

    can_send_message = serializers.ChoiceField(CanSend.choices)
    entities = EntitySerializer(many=True)


class HealthStatusSerializer(serializers.Serializer[Any]):
    """A health status in the format of Meta and 360dialog."""

    health_status = StatusSerializer()
    id = serializers.CharField(required=False)


class HealthView(TenantView):
    """The base of the health views."""

    permission: ClassVar[Permission] = Permission.VIEW_DASHBOARD

    def current_health(self) -> Health:
        """All nodes the key reaches."""
        return health(self.account, self.principal.subaccount_ids, timezone.now())


class HealthStatusView(HealthView):
    """The health of everything the account sends with."""

    @extend_schema(operation_id="get_health_status", responses=HealthStatusSerializer)
    def get(self, request: Request) -> Response:
        """Every portfolio, WABA, number and template. Templates do not affect the overall status."""
        reject_params(request)
        current = self.current_health()
        entities = [_entity(node, node.can_send) for node in current.nodes]
        return Response({"health_status": {"can_send_message": current.overall, "entities": entities}})


def _provider_status(nodes: list[Node]) -> dict[str, Any]:
    """A status in the words of Meta and 360dialog, which have none for what is unknown: it is limited."""
    states = [CanSend.LIMITED if node.can_send == CanSend.UNKNOWN else node.can_send for node in nodes]
    return {"can_send_message": worst(states), "entities": list(map(_entity, nodes, states))}


def _entity(node: Node, can_send: CanSend) -> dict[str, Any]:
    entity: dict[str, Any] = {"entity_type": node.entity, "id": node.id or None, "can_send_message": can_send}
    silence = [f"The provider gave no health status: {node.no_answer_reason}."] if node.no_answer_reason else []
    if info := [*node.state.info, *silence]:
        entity["additional_info"] = info
    if node.state.errors:
        entity["errors"] = [
            {"error_code": error.code, "error_description": error.description, "possible_solution": error.solution}
            for error in node.state.errors
        ]
    return entity


# --- Graph ---------------------------------------------------------------------------------------------------------


def graph_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Errors in Graph's shape."""
    answer = exception_handler(error, context)
    if answer is None:
        return None
    code, kind = _GRAPH_CODES.get(answer.status_code, (100, "GraphMethodException"))
    body = {
        "message": f"(#{code}) {_error_text(answer)}",
        "type": kind,
        "code": code,
        "fbtrace_id": secrets.token_urlsafe(8),
    }
    return Response({"error": body}, status=answer.status_code, headers=headers_of(answer))


_GRAPH_CODES = {401: (190, "OAuthException"), 403: (10, "OAuthException"), 429: (130429, "OAuthException")}


def _error_text(answer: Response) -> str:
    errors = answer.data["errors"]
    return " ".join(error["message"] for error in errors) or str(answer.data["detail"])


def check_version(version: str) -> None:
    """Raise ValidationError unless it is a version of Graph's."""
    if not re.fullmatch(r"v\d{1,3}\.\d", version):
        raise exceptions.ValidationError({"version": [f"Unknown version {version}: write it as v24.0."]})


class GraphNodeView(HealthView):
    """The health of a phone number, WABA or template."""

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """Graph's shape."""
        return graph_errors

    @extend_schema(exclude=True)
    def get(self, request: Request, version: str, node_id: str) -> Response:
        """The health of the node and its parents, for `fields=health_status`; 404 for a node of another account."""
        check_version(version)
        fields = [name for name in request.query_params.get("fields", "").split(",") if name]
        for name in fields:
            if name not in {"id", "health_status"}:
                raise exceptions.ValidationError({"fields": [f"Tried accessing nonexisting field ({name})."]})
        current = self.current_health()
        node = next((node for node in current.nodes if node.id == node_id and node.entity in _ENTITIES), None)
        if node is None:
            raise Http404
        answer = {"health_status": _provider_status(current.with_parents(node))} if "health_status" in fields else {}
        return Response({**answer, "id": node_id})


_ENTITIES = (Entity.PHONE_NUMBER, Entity.WABA, Entity.TEMPLATE)


# --- 360dialog -----------------------------------------------------------------------------------------------------


class D360Authentication(ApiKeyAuthentication):
    """`D360-API-KEY: <key>`."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        """The key, as user and as credential. Raises AuthenticationFailed for a key that is not valid."""
        text = request.headers.get("D360-API-KEY", "").strip()
        if not text:
            return None
        key = authenticate_api_key(text)
        if key is None:
            raise exceptions.AuthenticationFailed("Invalid api_key or token expired")
        return key, key

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401."""
        return "D360-API-KEY"


def d360_errors(error: Exception, context: dict[str, Any]) -> Response | None:
    """Errors in 360dialog's shape."""
    answer = exception_handler(error, context)
    if answer is None:
        return None
    meta = {"httpCode": answer.status_code, "developerMessage": _error_text(answer), "success": False}
    return Response({"meta": meta}, status=answer.status_code, headers=headers_of(answer))


class D360HealthView(HealthView):
    """The health of the number a 360dialog key is for."""

    authentication_classes = (D360Authentication,)

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """360dialog's shape."""
        return d360_errors

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """The health of number, WABA, business and connection. The key must reach one number, as at 360dialog."""
        numbers = PhoneNumber.objects.filter(account=self.account, provider=vendor_of(Shape.DIALOG_360).name)
        own = set(numbers.values_list("pk", flat=True))
        current = self.current_health()
        nodes = [node for node in current.of(Entity.PHONE_NUMBER) if node.pk in own]
        if len(nodes) != 1:
            many = "more than one 360dialog number: limit it to a subaccount" if nodes else "no 360dialog number"
            raise exceptions.ValidationError({"D360-API-KEY": [f"This key has access to {many}."]})
        return Response({"health_status": _provider_status(current.with_parents(nodes[0])), "id": nodes[0].id})
