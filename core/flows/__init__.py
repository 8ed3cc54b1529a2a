"""What happens across domains: the only place that knows two of them.

Flows open transactions, and call plugins between them.
"""
