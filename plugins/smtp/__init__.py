"""E-mail to shoppers, by any mail server that speaks SMTP."""

from collections.abc import Sequence

import crossdock
from plugins.smtp.notifier import Smtp
from plugins.smtp.settings import SmtpSettings

manifest = crossdock.Manifest(summary="E-mail to shoppers by SMTP.", api="1.2")


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "smtp",
            kind="notifier",
            settings=SmtpSettings,
            factory=Smtp,
            capabilities={"email", "check"},
            summary=manifest.summary,
        )
    ]
