"""Checks of the URLs we post to: only public addresses, so that no tenant can reach our network (SSRF)."""

import csv
import socket
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

_PORTS = (None, 443, 8443)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # NAT64 and other translations, Segment Routing and the rest are outside
_TABLE = Path(__file__).with_name("data") / "special_addresses.csv"


class ForbiddenAddress(ValueError):
    """The address must not be posted to. The message completes a sentence that begins with the field's name."""


def url_problem(url: str) -> str:
    """Why a URL is refused, as far as that is clear without DNS; empty if it is allowed."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return "has no valid port."
    if parts.username or parts.password:
        return "must not contain a user name or password."
    host = parts.hostname or ""
    if settings.CALLBACK_LOOPBACK and _is_loopback(host):
        return ""
    if parts.scheme != "https" or port not in _PORTS:
        return "must begin with https://, and use port 443 or 8443."
    return "" if _may_be_public(host) else "must name a public host, not one in a private network."


def _may_be_public(host: str) -> bool:
    """Whether the host can be on the internet; a name must contain a dot."""
    try:
        return is_public(ip_address(host))
    except ValueError:
        return "." in host and not _is_loopback(host)


def resolve(host: str, port: int) -> str:
    """The address to connect to. Raises ForbiddenAddress if any address of the host is private, OSError if it has none.

    The caller connects to this address, so a second DNS look-up with another result cannot bypass the check.
    """
    addresses = [
        ip_address(str(each[4][0]).partition("%")[0])
        for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    for address in addresses:
        if not (is_public(address) or (settings.CALLBACK_LOOPBACK and address.is_loopback)):
            raise ForbiddenAddress("resolves to an address in a private network.")
    return str(addresses[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address is on the internet: unicast, and in no block that a special purpose has.

    An IPv4-mapped address is judged as the IPv4 address in it. Other addresses with one in them are not public.
    """
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if address not in _GLOBAL_UNICAST:
            return False
    return not any(address in network for network in special_networks())


@cache
def special_networks() -> tuple[IPv4Network | IPv6Network, ...]:
    """The blocks of IANA's special-purpose registries of 2025-10-09, of multicast, and of a cloud's own services.

    Those of IPv6 outside 2000::/3 are left out. Parts of a block that are globally reachable by IANA's word, such as
    192.0.0.9, are no hosts of receivers.
    """
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(ip_network(row["network"]) for row in csv.DictReader(file))


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
