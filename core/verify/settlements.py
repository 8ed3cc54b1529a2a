"""Settlements add up: nothing that a channel paid is lost between its rows and the books."""

from core.verify.check import sql

CHECKS = (
    sql(
        0,
        "settlement_sums",
        "Matched + unmatched = payout, and both are the sums of their rows",
        """
        select 'stl_' || settlement.id as subject, format(
            'It has %s matched and %s unmatched of %s; its rows make %s and %s (minor units).', matched_minor,
            unmatched_minor, payout_minor, matched, waiting) as message
        from settlements settlement
        cross join lateral (
            select coalesce(sum(settled_minor) filter (where line.state in ('MATCHED', 'VARIANCE')), 0) as matched,
                coalesce(sum(settled_minor) filter (where line.state in ('UNMATCHED', 'SUSPENSE')), 0) as waiting
            from settlement_lines line where line.settlement_id = settlement.id
        ) summed
        where matched_minor + unmatched_minor <> payout_minor or matched <> matched_minor
           or complete and waiting <> unmatched_minor
        """,
    ),
    sql(
        0,
        "settlement_books",
        "A complete settlement leaves nothing on the account of settlements, and what waits stands in suspense",
        """
        select 'stl_' || settlement.id as subject, format(
            'Its entries leave %s on the account of settlements and %s in suspense; %s waits (minor units).',
            booked.passing, -booked.suspense, unmatched_minor) as message
        from settlements settlement
        cross join lateral (
            select coalesce(sum(posting.amount_minor) filter (where account.code = '1160'), 0) as passing,
                coalesce(sum(posting.amount_minor) filter (where account.code = '2900'), 0) as suspense
            from journal_entries entry
            join postings posting on posting.entry_id = entry.id and posting.currency = settlement.currency
            join ledger_accounts account on account.id = posting.account_id and account.code in ('1160', '2900')
            where entry.rule in ('settlement', 'payout') and (entry.source = 'stl_' || settlement.id
                or entry.source in (
                    select 'stll_' || line.id from settlement_lines line where line.settlement_id = settlement.id))
        ) booked
        where complete and (booked.passing <> 0 or -booked.suspense <> unmatched_minor)
        """,
    ),
)
