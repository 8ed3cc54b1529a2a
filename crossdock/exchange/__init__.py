"""Files exchanged with a supplier: written once, read until confirmed, over whatever medium the two agree on.

A plugin says how its files look (`FileExchange`, pure) and gets the verbs of a supplier for it (`FileSupplier`). The
integration's settings say how the files travel (`TransportSettings`): a shared folder, SFTP, FTP or e-mail.
"""
