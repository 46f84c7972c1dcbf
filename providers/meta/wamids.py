"""Meta's ids of messages, calls and groups in their real form, which names people: for the demo, the sandbox and tests.

Meta documents neither. Read from public samples of 2023 to 2026: behind `wamid.` is the Base64 of a record in Thrift's
compact form with the chat (a number in ASCII digits), the direction, and the message's key in hexadecimal:

    1C 18 <length> <chat> 15 <02 person, 08 group> 00   11 outbound or 12 inbound   18 <length> <key>
    and for an inbound message of a group   1C 18 <length> <participant> 15 02 00   then 00

A call's id is such a record behind `wacid.`, with the business's number as participant and `15 0A`. A group's id is the
Base64 of `capi_group:<business number>:<group number>`.
"""

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Collection

_MESSAGE, _CALL = "wamid.", "wacid."
_PERSON, _GROUP = b"\x15\x02\x00", b"\x15\x08\x00"
_OUTBOUND, _INBOUND = b"\x11", b"\x12"
_CHAT = re.compile(rb"\x1c\x18.([0-9]+)\x15", re.DOTALL)  # a length of ten is a line feed
_ID = re.compile(rb"(wa[mc]id\.)((?:[A-Za-z0-9+_-]|\\?/)+={0,2})")  # JSON may escape a slash
OUTBOUND_KEY, INBOUND_KEY = 18, 32  # digits of a key


def wamid(chat: str, key: str, *, inbound: bool = False, group: str = "") -> str:
    """The id of a message with a person, or with a `group` (its number), where `chat` is who wrote an inbound one.

    `chat` and `group` are digits, `key` is hexadecimal. The id has the number of a person who hides it, too.
    """
    place = _identity(group, _GROUP) if group else _identity(chat, _PERSON)
    author = _identity(chat, _PERSON) if group and inbound else b""
    return _MESSAGE + _record(place, key, author, inbound=inbound)


def wacid(chat: str, key: str, business: str, *, inbound: bool = False) -> str:
    """The id of a call between a person and the number of a business; `inbound`: the person calls."""
    return _CALL + _record(_identity(chat, _PERSON), key, _identity(business, _PERSON) + b"\x15\x0a", inbound=inbound)


def _record(place: bytes, key: str, participant: bytes, *, inbound: bool) -> str:
    direction = _INBOUND if inbound else _OUTBOUND
    return b64encode(place + direction + _text(key.upper()) + participant + b"\x00").decode()


def _identity(digits: str, kind: bytes) -> bytes:
    return b"\x1c" + _text(digits) + kind


def _text(text: str) -> bytes:
    return b"\x18" + bytes([len(text)]) + text.encode("ascii")


def chats_in(message_id: str) -> tuple[str, ...]:
    """The numbers that an id in the real form names: the chat's, the author's in a group, the business's of a call."""
    encoded = message_id.removeprefix(_MESSAGE).removeprefix(_CALL)
    return tuple(match.decode() for match in _CHAT.findall(_decode(encoded.encode())))


def mask_in_ids(text: bytes, numbers: Collection[str]) -> bytes:
    """The text with nines for these numbers in the ids of messages and calls, which keep their form."""

    def mask(match: re.Match[bytes]) -> bytes:
        record = _decode(match[2])
        masked = _CHAT.sub(
            lambda chat: chat[0].replace(chat[1], b"9" * len(chat[1])) if chat[1].decode() in numbers else chat[0],
            record,
        )
        return match[0] if masked == record else match[1] + b64encode(masked)

    return _ID.sub(mask, text)


def encoded_forms(digits: str) -> tuple[str, ...]:
    """What every Base64 that holds these digits has of them: one form for each position in a group of three bytes."""
    forms = []
    for before in range(3):
        encoded = b64encode(b"\0" * before + digits.encode() + b"\0\0").decode()
        forms.append(encoded[-(-before * 8 // 6) : (before + len(digits)) * 8 // 6])
    return tuple(forms)


def _decode(record: bytes) -> bytes:
    plain = record.replace(b"\\/", b"/").rstrip(b"=")
    try:
        return b64decode(plain + b"=" * (-len(plain) % 4), b"-_" if b"-" in plain or b"_" in plain else None)
    except binascii.Error:
        return b""


def group_id(business_msisdn: str, group: str) -> str:
    """A group's id; `group` is its number, of 18 digits."""
    return b64encode(f"capi_group:{business_msisdn}:{group}".encode()).decode().rstrip("=")


def group_number(message_group_id: str) -> str:
    """The number in a group's id; empty for an id in another form."""
    try:
        text = b64decode(message_group_id + "=" * (-len(message_group_id) % 4)).decode("ascii")
    except ValueError:
        return ""
    return text.rpartition(":")[2] if text.startswith("capi_group:") else ""
