"""A dropship supplier or 3PL that takes orders, and answers, as CSV files: in a folder, by SFTP, FTP or e-mail."""

from collections.abc import Sequence

import crossdock
from plugins.folder_supplier.sandbox import FolderPlayer
from plugins.folder_supplier.settings import FolderSupplierSettings
from plugins.folder_supplier.supplier import FolderSupplier

manifest = crossdock.Manifest(
    summary="A supplier or 3PL that exchanges CSV files: in a folder, by SFTP, FTP or e-mail."
)


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "folder_supplier",
            kind="supplier",
            settings=FolderSupplierSettings,
            factory=FolderSupplier,
            capabilities={"orders", "cancel", "stock", "check"},
            summary=manifest.summary,
            sandbox=FolderPlayer,
        )
    ]
