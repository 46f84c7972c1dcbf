"""Reading a request's body, whole and within bounds."""

from io import BytesIO
from typing import Any


class BodyTooLarge(Exception):
    """The body is larger than the view takes."""


def read_body(request: Any, most: int) -> bytes:
    """The raw body of a Django request, at most `most` bytes, kept on it for whoever reads it next.

    Also that of a chunked request, which has no Content-Length and whose body Django takes for empty. Raises
    BodyTooLarge, and UnreadablePostError when the client went away.
    """
    meta = request.META
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        body: bytes = meta["wsgi.input"].read(most + 1)
    elif int(meta.get("CONTENT_LENGTH") or 0) > most:
        raise BodyTooLarge
    else:
        body = request.read()
    if len(body) > most:
        raise BodyTooLarge
    meta["CONTENT_LENGTH"] = str(len(body))
    request._body, request._stream, request._read_started = body, BytesIO(body), True
    return body
