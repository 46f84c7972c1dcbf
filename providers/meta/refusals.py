"""Refusals of requests with Meta's codes."""

from core.errors import UserError
from providers.error_catalogue import META, catalogue

INVALID, MISSING, NOT_VALID, NO_USER_ID, RESTRICTED = 100, 131008, 131009, 131062, 130497
_STATUSES = {10: 403, 190: 401, 130429: 429, 130497: 403, 131000: 500, 131016: 503, 131056: 429, 133010: 400}


class MetaRefusal(UserError):
    """The request is refused with this code of Meta's; the message names the field and the remedy."""

    def __init__(self, code: int, message: str, *, field: str = "", status: int | None = None) -> None:
        super().__init__(message, field=field)
        self.code, self.status = code, status or _STATUSES.get(code, 400)

    @property
    def title(self) -> str:
        """Meta's title of the code."""
        diagnosis = catalogue().get((META, self.code))
        return diagnosis.title if diagnosis else "Invalid parameter"
