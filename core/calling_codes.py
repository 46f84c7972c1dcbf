"""The country of a phone number or of a business-scoped user id."""

from functools import lru_cache

import phonenumbers

_REGIONS = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
_NOT_GEOGRAPHIC = "001"
_KAZAKHSTAN = ("76", "77")  # of Russia's calling code (ITU-T E.164, Kazakhstan)


def country_of(msisdn: str, user_id: str = "") -> str:
    """The ISO 3166 alpha-2 code of the person's country; empty if unknown.

    Without a number the prefix of the user id (US.1349…) decides.
    """
    if msisdn:
        return _country_of_number(msisdn)
    prefix, dot, _ = user_id.partition(".")
    return prefix.upper() if dot and len(prefix) == 2 and prefix.isalpha() else ""


@lru_cache(maxsize=65_536)
def _country_of_number(msisdn: str) -> str:
    for length in (1, 2, 3):
        regions = _REGIONS.get(int(msisdn[:length]))
        if regions:
            break
    else:
        return ""
    if len(regions) == 1:  # most calling codes belong to one country: no need to parse the number
        return "" if regions[0] == _NOT_GEOGRAPHIC else regions[0]
    try:
        number = phonenumbers.parse(f"+{msisdn}")
    except phonenumbers.NumberParseException:
        return ""
    # A number outside every numbering plan still starts with the code: take the main country of that code.
    main = "KZ" if msisdn.startswith(_KAZAKHSTAN) else regions[0]
    return phonenumbers.region_code_for_number(number) or main
