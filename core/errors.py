"""Errors with a message for the user. `UserError` is the base; a subclass changes the HTTP status."""

from http import HTTPStatus


class UserError(Exception):
    """The request cannot be fulfilled as it is. Forms, pages, commands and REST show the message; nothing is logged.

    `field` is the field of the form or body to correct. `remedy` says what to do; the full text is "message: remedy".
    """

    status: int = HTTPStatus.BAD_REQUEST  # of the HTTP response

    def __init__(self, message: str, *, field: str = "", remedy: str = "") -> None:
        super().__init__(f"{message}: {remedy}" if remedy else message)
        self.message, self.field, self.remedy = message, field, remedy


class Conflict(UserError):
    """The request conflicts with the current state. `wait`: the number of seconds after which to retry."""

    status = HTTPStatus.CONFLICT

    def __init__(self, message: str, *, field: str = "", remedy: str = "", wait: int | None = None) -> None:
        super().__init__(message, field=field, remedy=remedy)
        self.wait = wait
