"""What accounting integrations were given is what the books say."""

from core.verify.check import sql

CHECKS = (
    sql(
        0,
        "export_balance",
        "Every exported journal sums to zero",
        """
        select 'int_' || export.integration_id as subject,
            format('The journal of %s in %s, number %s, is off by %s (minor units).', day, currency, number,
            sum(line.amount_minor)) as message
        from journal_exports export join journal_export_lines line on line.export_id = export.id
        group by export.id having sum(line.amount_minor) <> 0
        """,
    ),
    # A day that waits for an answer or a person, or that was booked on since, is not compared. A transaction may commit
    # some time after its entries say that they were recorded.
    sql(
        0,
        "exported_days",
        "What was exported of a day = what was booked on it",
        """
        with whole as materialized (
            select export.integration_id, export.day, export.currency, settings.timezone
            from journal_exports export cross join settings
            group by export.integration_id, export.day, export.currency, settings.timezone
            having not bool_or(export.state in ('PENDING', 'REFUSED')) and not exists (
                select from journal_entries entry
                where entry.effective_at >= export.day::timestamp at time zone settings.timezone
                  and entry.effective_at < (export.day + 1)::timestamp at time zone settings.timezone
                  and entry.recorded_at > max(export.drafted_at) - interval '5 minutes')
        ), told as (
            select whole.integration_id, whole.day, whole.currency, line.account_id, line.amount_minor as amount
            from whole
            join journal_exports export using (integration_id, day, currency)
            join journal_export_lines line on line.export_id = export.id
            where export.state <> 'WITHDRAWN'
            union all
            select whole.integration_id, whole.day, whole.currency, booked.account_id,
                booked.credit_minor - booked.debit_minor
            from whole join account_days booked using (day, currency)
            union all
            select whole.integration_id, whole.day, whole.currency, posting.account_id, -posting.amount_minor
            from whole
            join journal_entries entry on not entry.rolled_up
                and (entry.effective_at at time zone whole.timezone)::date = whole.day
            join postings posting on posting.entry_id = entry.id and posting.currency = whole.currency
        )
        select 'int_' || integration_id as subject, format(
            'Of %s it was given %s %s (minor units) more on account %s than was booked.', day, sum(amount), currency,
            (select code from ledger_accounts where id = account_id)) as message
        from told group by integration_id, day, currency, account_id having sum(amount) <> 0
        """,
    ),
)
