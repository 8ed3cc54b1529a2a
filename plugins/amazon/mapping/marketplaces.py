"""What is known of Amazon's marketplaces by their ids."""

_CURRENCIES = {
    "A1F83G8C2ARO7P": "GBP",
    "A1VC38T7YXB528": "JPY",
    "A2EUQ1WTGCTBG2": "CAD",
    "A1AM78C64UM0Y8": "MXN",
    "A2Q3Y263D00KWC": "BRL",
    "A39IBJ37TRP1C6": "AUD",
    "A21TJRUUN4KGV": "INR",
    "A19VAU5U5O7RUS": "SGD",
    "A2VIGQ35RCS4UG": "AED",
    "A17E79C6D8DWNP": "SAR",
    "ARBP9OOSHTCHU": "EGP",
    "A33AVAJ2PDY3EV": "TRY",
    "A2NODRKZP88ZB9": "SEK",
    "A1C3SOZRARQ6R3": "PLN",
    "AE08WJ6YKNBMC": "ZAR",
    "ATVPDKIKX0DER": "USD",
}


def usual_currency(marketplace_id: str | None) -> str:
    """What a marketplace sells in, for orders that wait for payment and have no price yet; else the euro."""
    return _CURRENCIES.get(marketplace_id or "", "EUR")
