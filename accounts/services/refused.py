"""What a rule of the portal forbids."""


class Refused(Exception):
    """A deed that a rule forbids, said to people; `field` is the form's field that could be filled in otherwise."""

    def __init__(self, message: str, field: str | None = None) -> None:
        self.field = field
        super().__init__(message)
