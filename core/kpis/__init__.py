"""How well the shop does: what orders took and how they went, kept by day so that no question sums all of history."""
