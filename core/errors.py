"""Why what somebody asked for is not done, in words for them: the one class, and what answers with another status."""

from http import HTTPStatus


class UserError(Exception):
    """What was asked for cannot be done as it was asked. Forms, pages, commands and REST show it; nothing is logged.

    `field` is the field of the form or body that could be filled in otherwise. `remedy` is what to do about it; the
    whole text is "message: remedy".
    """

    status: int = HTTPStatus.BAD_REQUEST  # of the answer over HTTP

    def __init__(self, message: str, *, field: str = "", remedy: str = "") -> None:
        super().__init__(f"{message}: {remedy}" if remedy else message)
        self.message, self.field, self.remedy = message, field, remedy


class Conflict(UserError):
    """It contradicts what was done before. `wait` is after how many seconds it may not any more."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str, *, field: str = "", remedy: str = "", wait: int | None = None) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.wait = wait
