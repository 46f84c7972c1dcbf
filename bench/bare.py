"""Minimal views that store the request's body: the baselines of `accept` and `send`."""

import orjson
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

WEBHOOK, SEND = "/bare/x", "/bare-drf/"
_WEBHOOK = """
INSERT INTO inbound_inbox
    (received_at, account_id, endpoint_id, provider, headers, body, state, attempts, due_at, reason)
VALUES (now(), 1, 1, 'meta', '{}', %s, 'done', 0, now(), '')
"""
_SEND = "INSERT INTO bench_bare (body) VALUES (%s)"


@csrf_exempt
def store_webhook(request: HttpRequest, token: str) -> HttpResponse:
    """Insert the body into the inbox."""
    with connection.cursor() as cursor:
        cursor.execute(_WEBHOOK, [request.body])
    return HttpResponse(status=200)


class StoreMessage(APIView):
    """Insert JSON into the table that `make_table` creates."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()

    def post(self, request: Request) -> Response:
        """Insert the data."""
        with connection.cursor() as cursor:
            cursor.execute(_SEND, [orjson.dumps(request.data).decode()])
        return Response({"stored": True})


def make_table() -> None:
    """Create the table of StoreMessage."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (id bigserial PRIMARY KEY, body jsonb)")
