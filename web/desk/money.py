"""Money on pages: minor units as people write them, and what people write as minor units."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from babel.numbers import UnknownCurrencyError, format_currency, get_currency_precision, validate_currency

from ledger.domain.desk.listings import Price
from ledger.domain.errors import Invalid
from ledger.domain.said import said
from web.wording import here

_MOST: Final = 2**53 - 1


def price_words(amount: int | None, currency: str | None) -> str:
    """A price as the page's language writes it, empty for none."""
    if amount is None or currency is None:
        return ""
    whole = Decimal(amount).scaleb(-get_currency_precision(currency))
    return str(format_currency(whole, currency, locale=here(), decimal_quantization=False))


def price_of(amount: str, currency: str) -> Price | None:
    """A price as somebody typed it, with a point or a comma; None for nothing. Raises Invalid."""
    text, code = amount.strip().replace("\u00a0", "").replace(" ", ""), currency.strip().upper()
    if not text:
        return None
    try:
        validate_currency(code)
    except UnknownCurrencyError:
        raise Invalid(said("The currency is three letters, such as EUR.")) from None
    try:
        minor = Decimal(text.replace(",", ".")).scaleb(get_currency_precision(code))
    except InvalidOperation:
        minor = Decimal(-1)
    if len(text) > 20 or not minor.is_finite() or not 0 <= minor <= _MOST or minor != minor.to_integral_value():
        raise Invalid(said("Write the price as in 120.50, without signs between the digits."))
    return Price(int(minor), code)
