"""Checks of the URLs we post to: only public addresses, so that no tenant can reach our network (SSRF)."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

_PORTS = (None, 443, 8443)
# Not global either, although Python says so: NAT64, 6to4, Teredo, IPv4-compatible and site-local addresses.
_TUNNELS = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "fec0::/10")))


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
    """Whether the address is on the internet."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
