"""8x8's delivery codes for Meta's codes."""

from functools import lru_cache

from providers.error_catalogue import catalogue

_UNKNOWN = (57, "UnknownError")


def delivery_code(meta_code: int) -> tuple[int, str]:
    """8x8's code for one of Meta's, with its title."""
    return _by_meta_code().get(meta_code, _UNKNOWN)


@lru_cache(maxsize=1)
def _by_meta_code() -> dict[int, tuple[int, str]]:
    codes: dict[int, tuple[int, str]] = {}
    for (source, code), diagnosis in catalogue().items():
        if source == "8x8" and diagnosis.meta_code is not None:
            codes.setdefault(diagnosis.meta_code, (code, diagnosis.title))
    return codes
