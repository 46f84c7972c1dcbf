"""UMIDs in every spelling are one id."""

import pytest

from providers.umids import canonical, hexadecimal

UMID = "d03cbbf5-3e2d-ea11-815d-020897df5459"


@pytest.mark.parametrize(
    "spelling",
    [UMID, UMID.upper(), UMID.replace("-", ""), f"{{{UMID}}}", f"({UMID})", f"urn:uuid:{UMID}", f" URN:UUID:{UMID} "],
)  # fmt: skip
def test_a_spelling(spelling):
    assert (canonical(spelling), hexadecimal(spelling.strip())) == (UMID, UMID.replace("-", ""))


@pytest.mark.parametrize(
    ("value", "expected"),
    [("Order-7", "Order-7"), (UMID[:-1].upper(), UMID[:-1].upper()), (f"x{UMID}", f"x{UMID}"), (7, "7"), (" ", ""),
     (None, ""), ([UMID], ""), (UMID.replace("d", "ｄ", 1), UMID.replace("d", "ｄ", 1)),
     (UMID.replace("-", "_"), UMID.replace("-", "_"))],
)  # fmt: skip
def test_what_is_no_uuid_stays_as_it_is(value, expected):
    assert (canonical(value), hexadecimal(canonical(value))) == (expected, None)
