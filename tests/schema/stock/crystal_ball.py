"""A forecaster from elsewhere that cannot bear everything: what it does with an item, the item's SKU says."""

import crossdock
from crossdock import Forecast, History
from plugins.forecast.seasonal import Seasonal


class CrystalBall:
    def predict(self, history: History, days: int) -> Forecast:
        """As `seasonal`, but for what it is asked to do wrong."""
        if history.sku == "RAISES":
            raise ZeroDivisionError
        if history.sku == "LEAVES":
            raise SystemExit
        forecast = Seasonal().predict(history, days)
        return Forecast(points=forecast.points[1:]) if history.sku == "FORGETS" else forecast


@crossdock.hookimpl
def crossdock_providers() -> list[crossdock.Provider]:
    return [
        crossdock.Provider(
            "crystal_ball",
            kind="forecast",
            settings=crossdock.Settings,
            factory=lambda _: CrystalBall(),
            capabilities={"predict"},
        )
    ]
