"""Labels: what they would cost (`rates`), buying them at most once (`purchase`), giving them back (`cancel`, `void`).

Nothing is imported here: unpacking a shipment gives labels back, and buying one reads its order, which may unpack.
"""
