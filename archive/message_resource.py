"""One message over REST: messaging reads it, and the archive, which messaging may not import, deletes it."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Permission
from archive.deletion.api import delete_one
from core.queries import reject_params
from messaging.log.api.messages import MessageDetailView


class MessageView(MessageDetailView):
    """One message."""

    permissions: ClassVar = {"DELETE": (Permission.DELETE_MESSAGES,)}
    conflicts: ClassVar = {"DELETE": "A legal hold keeps every message, or this one is still being sent."}

    @extend_schema(operation_id="delete_message", request=None, responses={204: None})
    def delete(self, request: Request, umid: UUID) -> Response:
        """Delete the message immediately; costs and counts stay. 404 if there is none, 409 under a legal hold."""
        reject_params(request)
        delete_one(self, umid)
        return Response(status=204)
