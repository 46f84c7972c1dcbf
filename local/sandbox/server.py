"""The HTTP of the sandbox: one process, one event loop."""

import asyncio
import base64
import secrets
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.rate_limiter import RateLimiter
from local.sandbox import bodies, eightxeight
from local.sandbox.config import Config
from local.sandbox.errors import NO_SUCH_PATH, Error
from local.sandbox.fate import BAD_GATEWAY, NO_ANSWER, UNAVAILABLE, refusal, steps
from local.sandbox.outbox import Message, Outbox
from local.sandbox.requests import Refused, Wanted, read, read_mark
from providers.vocabulary import Provider

LARGEST_BODY = 1024 * 1024
_HOLD = 120.0  # seconds for which a request without an answer is kept open
_HTML = "<html><body><h1>Sorry, something went wrong.</h1></body></html>"


class Sandbox:
    """Answers requests. The same seed and the same requests in the same order give the same answers and webhooks."""

    def __init__(self, config: Config) -> None:
        self.counts: Counter[str] = Counter()
        self._config = config
        self._asked = 0
        every = 1 / config.number_rate if config.number_rate else 0.0
        self._number_pace = RateLimiter(every=every, burst=max(1, int(config.number_rate)))
        self._pair_pace = RateLimiter(every=6.0 if config.pair_rate else 0.0, burst=45)
        self._outbox: Outbox

    def app(self) -> Starlette:
        """The ASGI application; it posts webhooks while it runs."""
        routes = [
            Route("/", self.overview, methods=["GET"]),
            Route("/api/v1/subaccounts/{code}/messages", self.eightxeight, methods=["POST"]),
            Route("/messages", self.dialog360, methods=["POST"]),
            Route("/{version}/{number_id}/messages", self.messages, methods=["POST"]),
            Route("/health_status", self.health_of_360dialog, methods=["GET"]),
            Route("/{version}/{number_id}", self.health_of_meta, methods=["GET"]),
            Route("/{path:path}", self.elsewhere, methods=["GET", "POST", "DELETE"]),
        ]
        return Starlette(routes=routes, lifespan=self._life)

    @asynccontextmanager
    async def _life(self, app: Starlette) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with httpx.AsyncClient(limits=limits, timeout=10) as client:
            self._outbox = Outbox(self._config, client)
            posting = asyncio.create_task(self._outbox.run())
            yield
            posting.cancel()
            with suppress(asyncio.CancelledError):
                await posting

    async def overview(self, request: Request) -> Response:
        """What happened so far, for people."""
        outbox = self._outbox
        counts = {**self.counts, **outbox.counts, "on their way": outbox.messages}
        after = outbox.answered_after_ms()
        return JSONResponse(
            {"seed": self._config.seed, "counts": counts, "answers": outbox.answers, "answered_after_ms": after}
        )

    async def elsewhere(self, request: Request) -> Response:
        """Every other path."""
        return self._refuse(NO_SUCH_PATH, Random())

    async def messages(self, request: Request) -> Response:
        """POST /{version}/{phone_number_id}/messages, as Meta answers it."""
        return await self._answer(request, self._of_meta)

    async def dialog360(self, request: Request) -> Response:
        """POST /messages, as 360dialog answers it."""
        return await self._answer(request, self._of_360dialog)

    async def health_of_meta(self, request: Request) -> Response:
        """GET /{version}/{phone_number_id}?fields=health_status, as Meta answers it."""
        return self._health(self._of_meta, request, _bearer(request))

    async def health_of_360dialog(self, request: Request) -> Response:
        """GET /health_status, as 360dialog answers it."""
        return self._health(self._of_360dialog, request, request.headers.get("D360-API-KEY", ""))

    def _health(self, find: Callable[[Request], str], request: Request, token: str) -> Response:
        """As the token's ending says."""
        try:
            number_id = find(request)
        except Refused as refused:
            return self._refuse(refused.error, Random())
        answer = bodies.health(number_id, self._config.numbers[number_id], token)
        return Response(answer, media_type="application/json")

    async def eightxeight(self, request: Request) -> Response:
        """POST /api/v1/subaccounts/{code}/messages, as 8x8 answers it."""
        return await self._answer(request, self._of_8x8)

    async def _answer(self, request: Request, find: Callable[[Request], str]) -> Response:
        """Take a message, or refuse it. `find` says from which number, and raises `Refused`."""
        self._asked += 1
        chance = Random(f"{self._config.seed}/{self._asked}")
        body = await _body(request)
        await asyncio.sleep(self._config.latency * chance.uniform(0.5, 1.5))
        is_8x8 = find == self._of_8x8
        try:
            number_id = find(request)
            if not is_8x8 and (done := read_mark(body)):
                return JSONResponse({"success": done})
            wanted = (eightxeight.read if is_8x8 else read)(body, self._config.templates)
            self._check_limits(number_id, wanted)
        except Refused as refused:
            return self._refuse(refused.error, chance, is_8x8=is_8x8)
        error = refusal(wanted.msisdn, chance, self._config)
        if error is not None:
            return self._refuse(error, chance, is_8x8=is_8x8)
        if wanted.msisdn.endswith(UNAVAILABLE):
            return Response(_HTML, status_code=503, media_type="text/html")
        given_id = self._take(number_id, wanted, chance)
        if wanted.msisdn.endswith(NO_ANSWER):
            await asyncio.sleep(_HOLD)
        if wanted.msisdn.endswith((BAD_GATEWAY, NO_ANSWER)):
            return Response(_HTML, status_code=502, media_type="text/html")
        answer = (eightxeight if is_8x8 else bodies).accepted(wanted, given_id)
        return Response(answer, media_type="application/json")

    def _take(self, number_id: str, wanted: Wanted, chance: Random) -> str:
        """Accept a message; its id."""
        number = self._config.numbers[number_id]
        wamid = (
            eightxeight.new_id(chance)
            if number.provider == Provider.EIGHT_X_EIGHT
            else "wamid." + base64.b64encode(b"sandbox" + chance.randbytes(20)).decode()
        )
        self._outbox.put(Message(wamid, number_id, number, wanted, steps(wanted.msisdn, chance, self._config)))
        self.counts["accepted"] += 1
        return wamid

    def _refuse(self, error: Error, chance: Random, *, is_8x8: bool = False) -> Response:
        self.counts["refused"] += 1
        if is_8x8:
            status, said = eightxeight.refused(error, chance)
            return Response(said, status_code=status, media_type="application/json")
        trace = base64.urlsafe_b64encode(chance.randbytes(17)).decode().rstrip("=")
        return Response(bodies.refused(error, trace), status_code=error.status, media_type="application/json")

    def _check_token(self, given: str) -> None:
        """An ending may say how healthy the number is."""
        token = given.removesuffix(bodies.LIMITED).removesuffix(bodies.BLOCKED)
        if not secrets.compare_digest(token.encode(), self._config.token.encode()):
            raise Refused(190)

    def _of_meta(self, request: Request) -> str:
        self._check_token(_bearer(request))
        number_id = str(request.path_params["number_id"])
        if number_id not in self._config.numbers:
            raise Refused(100, f"Object with ID '{number_id}' does not exist, or may not be used with this token.")
        return number_id

    def _of_360dialog(self, request: Request) -> str:
        """At 360dialog the key names the number."""
        self._check_token(request.headers.get("D360-API-KEY", ""))
        return self._first(Provider.DIALOG_360)

    def _of_8x8(self, request: Request) -> str:
        self._check_token(_bearer(request))
        return self._first(Provider.EIGHT_X_EIGHT, str(request.path_params["code"]))

    def _first(self, provider: str, subaccount: str | None = None) -> str:
        for number_id, number in self._config.numbers.items():
            if number.provider == provider and subaccount in {None, number.subaccount}:
                return number_id
        raise Refused(100, "There is no such number.")

    def _check_limits(self, number_id: str, wanted: Wanted) -> None:
        now = time.monotonic()
        if wanted.msisdn == self._config.numbers[number_id].msisdn:
            raise Refused(131021)
        if self._outbox.full:
            raise Refused(131016)
        if not self._number_pace.allows(number_id, now):
            raise Refused(130429)
        if not self._pair_pace.allows(f"{number_id}/{wanted.msisdn}", now):
            raise Refused(131056)


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


async def _body(request: Request) -> bytes:
    """The body, read to its end for the connection's sake, and kept as far as Meta takes any: more is no JSON then."""
    body = b""
    async for chunk in request.stream():
        body += chunk[: LARGEST_BODY - len(body)]
    return body


async def serve(config: Config, host: str, port: int) -> None:
    """Answer until SIGINT or SIGTERM."""
    server = Server(
        Sandbox(config).app(), address=host, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
    )
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(ending, server.stop)
    await server.serve()


def run(config: Config, host: str, port: int) -> None:
    """`serve`, as the whole of a process."""
    asyncio.run(serve(config, host, port))
