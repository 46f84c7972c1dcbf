"""The HTTP of the sandbox: one process, one event loop."""

import asyncio
import secrets
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from random import Random

import httpx
from granian.constants import Interfaces
from granian.server.embed import Server
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.rate_limiter import RateLimiter
from local.sandbox.config import Config
from local.sandbox.endings import BAD_GATEWAY, NO_ANSWER, UNAVAILABLE, refusal, steps
from local.sandbox.outbox import Outbox, SandboxMessage
from providers.registry import VENDORS, simulation_of, vendor_of
from providers.scenarios import SimulatedSender
from providers.simulated_errors import NO_SUCH_PATH, SimulatedError
from providers.simulation import BLOCKED, LIMITED, MessageRequest, SimulatedRefusal, Simulation
from providers.vocabulary import Shape

MAX_BODY_BYTES = 1024 * 1024
_WITHOUT_NUMBER = "15550000000"  # in the ids of messages to persons who hide their number
_HANG_SECONDS = 120.0  # how long a request stays open that gets no answer
_HTML = "<html><body><h1>Sorry, something went wrong.</h1></body></html>"


class Sandbox:
    """Answers requests. The same seed and the same requests in the same order give the same answers and webhooks."""

    def __init__(self, config: Config) -> None:
        self.counts: Counter[str] = Counter()
        self._config = config
        self._requests = 0
        interval = 1 / config.number_rate if config.number_rate else 0.0
        self._number_limiter = RateLimiter(every=interval, burst=max(1, int(config.number_rate)))
        self._pair_limiter = RateLimiter(every=6.0 if config.pair_rate else 0.0, burst=45)
        self._outbox: Outbox

    def app(self) -> Starlette:
        """The ASGI application; it posts webhooks while it runs."""
        routes = [Route("/", self.overview, methods=["GET"])]
        for vendor in VENDORS.values():
            if vendor.simulation is not None:
                routes += self._routes(vendor.name, vendor.simulation)
        routes.append(Route("/{path:path}", self.unknown_path, methods=["GET", "POST", "DELETE"]))
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        async with httpx.AsyncClient(limits=limits, timeout=10) as client:
            self._outbox = Outbox(self._config, client)
            task = asyncio.create_task(self._outbox.run())
            yield
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def overview(self, request: Request) -> Response:
        """Counts of requests and webhooks, for people."""
        outbox = self._outbox
        counts = {**self.counts, **outbox.counts, "on their way": outbox.messages}
        return JSONResponse(
            {
                "seed": self._config.seed,
                "counts": counts,
                "answers": outbox.answers,
                "answered_after_ms": outbox.latencies_ms(),
            }
        )

    async def unknown_path(self, request: Request) -> Response:
        """Answer every other path with Meta's error."""
        return self._refuse(simulation_of(vendor_of(Shape.GRAPH).name), NO_SUCH_PATH, Random())

    def _routes(self, provider: str, simulation: Simulation) -> list[Route]:
        """The paths of one provider."""
        send = partial(self._answer, provider=provider, simulation=simulation)
        routes = [Route(simulation.send_path, send, methods=["POST"])]
        if simulation.health:
            health = partial(self._health, provider=provider, simulation=simulation, answer=simulation.health)
            routes.append(Route(simulation.health_path, health, methods=["GET"]))
        return routes

    async def _health(
        self, request: Request, provider: str, simulation: Simulation, answer: Callable[[SimulatedSender, str], bytes]
    ) -> Response:
        """Answer with the health status that the token's ending selects."""
        try:
            sender = self._sender(request, provider, simulation)
        except SimulatedRefusal as refused:
            return self._refuse(simulation, refused.error, Random())
        return Response(answer(sender, simulation.token(request.headers)), media_type="application/json")

    async def _answer(self, request: Request, provider: str, simulation: Simulation) -> Response:
        """Accept a message or refuse it."""
        self._requests += 1
        rng = Random(f"{self._config.seed}/{self._requests}")
        body = await _body(request)
        await asyncio.sleep(self._config.latency * rng.uniform(0.5, 1.5))
        try:
            sender = self._sender(request, provider, simulation)
            if simulation.is_read_mark and simulation.is_read_mark(body):
                return JSONResponse({"success": True})
            message = simulation.read_request(body, self._config.templates)
            self._check_limits(sender, message)
        except SimulatedRefusal as refused:
            return self._refuse(simulation, refused.error, rng)
        error = refusal(message.address, rng, self._config)
        if error is not None:
            return self._refuse(simulation, error, rng)
        if message.address.endswith(UNAVAILABLE):
            return Response(_HTML, status_code=503, media_type="text/html")
        message_id = self._accept(sender, message, rng)
        if message.address.endswith(NO_ANSWER):
            await asyncio.sleep(_HANG_SECONDS)
        if message.address.endswith((BAD_GATEWAY, NO_ANSWER)):
            return Response(_HTML, status_code=502, media_type="text/html")
        return Response(simulation.success_answer(message, message_id), media_type="application/json")

    def _accept(self, sender: SimulatedSender, message: MessageRequest, rng: Random) -> str:
        """Queue the message's webhooks. Returns its id."""
        number = self._config.numbers[sender.number_id]
        message_id = number.simulation.new_id(rng, message.msisdn or _WITHOUT_NUMBER, group=message.group_id)
        if not message.is_dropped:
            webhooks = steps(message, rng, self._config)
            self._outbox.put(SandboxMessage(message_id, number, sender, message, webhooks))
        self.counts["accepted"] += 1
        return message_id

    def _refuse(self, simulation: Simulation, error: SimulatedError, rng: Random) -> Response:
        self.counts["refused"] += 1
        status, body = simulation.error_answer(error, rng)
        return Response(body, status_code=status, media_type="application/json")

    def _sender(self, request: Request, provider: str, simulation: Simulation) -> SimulatedSender:
        """The number that the path names, else the first of the provider. Raises SimulatedRefusal for a wrong token."""
        token = simulation.token(request.headers).removesuffix(LIMITED).removesuffix(BLOCKED)
        if not secrets.compare_digest(token.encode(), self._config.token.encode()):
            raise SimulatedRefusal(190)
        parameters = request.path_params
        number_id = parameters.get("number_id") or self._first_number(provider, parameters.get("subaccount"))
        number = self._config.numbers.get(number_id)
        if number is None:
            raise SimulatedRefusal(
                100, f"Object with ID '{number_id}' does not exist, or may not be used with this token."
            )
        return SimulatedSender(
            number_id=number_id, msisdn=number.msisdn, waba_id=number.waba_id, subaccount=number.subaccount
        )

    def _first_number(self, provider: str, subaccount: str | None) -> str:
        for number_id, number in self._config.numbers.items():
            if number.provider == provider and subaccount in {None, number.subaccount}:
                return number_id
        raise SimulatedRefusal(100, "There is no such number.")

    def _check_limits(self, sender: SimulatedSender, message: MessageRequest) -> None:
        now = time.monotonic()
        if message.msisdn == sender.msisdn:
            raise SimulatedRefusal(131021)
        if self._outbox.is_full:
            raise SimulatedRefusal(131016)
        if not self._number_limiter.allows(sender.number_id, now):
            raise SimulatedRefusal(130429)
        if not self._pair_limiter.allows(f"{sender.number_id}/{message.to}", now):
            raise SimulatedRefusal(131056)


async def _body(request: Request) -> bytes:
    """The body, truncated to Meta's limit. It is read to the end so that the connection can be reused."""
    body = b""
    async for chunk in request.stream():
        body += chunk[: MAX_BODY_BYTES - len(body)]
    return body


async def serve(config: Config, host: str, port: int) -> None:
    """Answer until SIGINT or SIGTERM."""
    server = Server(
        Sandbox(config).app(), address=host, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await server.serve()


def run(config: Config, host: str, port: int) -> None:
    """Run `serve` in a process of its own."""
    asyncio.run(serve(config, host, port))
