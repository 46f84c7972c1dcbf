"""One message over REST: read by messaging, deleted by the archive, which messaging does not know."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import Permission
from archive.deletion.api import delete_one
from messaging.api.messages import MessageDetailView


class MessageView(MessageDetailView):
    """One message."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Deleting needs a scope of its own."""
        if request.method == "DELETE":
            self.permission = Permission.DELETE_MESSAGES  # type: ignore[misc]
        super().initial(request, *args, **kwargs)

    @extend_schema(operation_id="delete_message", request=None, responses={204: None})
    def delete(self, request: Request, umid: UUID) -> Response:
        """Delete it, at once; its costs and counts stay. 404 when the account has none, 409 under a legal hold."""
        delete_one(self, umid)
        return Response(status=204)
