"""The error of a start that fails."""


class StartError(Exception):
    """Tollgate cannot start. The text is the whole message: one line that says what is wrong and what to do."""
