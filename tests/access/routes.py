"""Every route of the portal, read from the URLs: what the tables of this folder must name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

OTHERS = ("allauth.", "django.contrib.admin", "unfold.", "core.admin")  # whose pages have tests of their own
ADMIN = "admin"
KINDS = {IntConverter: "int", StringConverter: "str", UUIDConverter: "uuid", SlugConverter: "slug"}
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Route:
    """One route: its name with the namespace, the parameters of its path and how each is written, its view."""

    name: str
    parameters: dict[str, str]
    view_class: Any
    callback: Any

    @property
    def is_rest(self) -> bool:
        """Whether a program asks for it with an API key."""
        return hasattr(self.view_class, "authentication_classes")

    @property
    def methods(self) -> tuple[str, ...]:
        """What a REST view answers; a page may answer these two."""
        return tuple(each for each in METHODS if hasattr(self.view_class, each)) if self.is_rest else ("get", "post")

    def path(self, ids: dict[str, Any]) -> str:
        """Its address. An id is looked up for this route, then as it is written, then by the parameter's name."""
        given = {}
        for name, kind in self.parameters.items():
            known = (ids[each] for each in (f"{self.name}: {name}", f"{name} as {kind}", name) if each in ids)
            given[name] = next(known)
        return reverse(self.name, kwargs=given)


def routes() -> list[Route]:
    """All of them, without the operator's admin and allauth's own pages."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != ADMIN:
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from _walk(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and not pattern.callback.__module__.startswith(OTHERS):
            view_class = getattr(pattern.callback, "view_class", None)
            parameters = {name: KINDS[type(each)] for name, each in pattern.pattern.converters.items()}
            yield Route(f"{namespace}{pattern.name}", parameters, view_class, pattern.callback)


def rest_routes() -> list[Route]:
    """Those for programs."""
    return [route for route in routes() if route.is_rest]


def pages() -> list[Route]:
    """Those for people."""
    return [route for route in routes() if not route.is_rest]
