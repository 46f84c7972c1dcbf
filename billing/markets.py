"""Which market a country is in, on a day."""

from collections import defaultdict
from datetime import date

from phonenumbers import country_code_for_region

from billing.models import MarketCountry
from billing.pricing import MarketPeriod, market_on

# Meta decides by calling code. +1 is shared by countries of different markets, and each that is not `Other` is listed.
_SPLIT_CODES = {1}


class MarketMap:
    """The market table, loaded once: one query for any number of look-ups."""

    def __init__(self) -> None:
        self._by_country: dict[str, list[MarketPeriod]] = defaultdict(list)
        self._by_code: dict[str, list[MarketPeriod]] = defaultdict(list)
        self._found: dict[tuple[str, date], str] = {}
        rows = MarketCountry.objects.values_list("country", "calling_code", "market", "valid_from", "valid_to")
        for country, code, market, start, end in rows:
            period = MarketPeriod(market, start, end)
            self._by_country[country].append(period)
            self._by_code[code].append(period)

    def market(self, country: str, day: date) -> str:
        """The market of an ISO country; empty for an unknown one.

        A territory that Meta does not list (Guernsey, +44) is in the market of the country whose calling code it uses.
        """
        if (found := self._found.get((country, day))) is None:
            found = self._found[country, day] = self._look_up(country, day)
        return found

    def _look_up(self, country: str, day: date) -> str:
        if not country:
            return ""
        periods = self._by_country.get(country)
        if periods is None:
            code = country_code_for_region(country)
            periods = [] if code in _SPLIT_CODES else self._by_code.get(str(code), [])
        return market_on(periods, day)
