"""Jobs and the outbox: nothing waits for ever, nothing is at work without a worker."""

from core.verify.check import sql

CHECKS = (
    sql(
        0,
        "orphaned_jobs",
        "Every running job has a worker that is alive",
        """
        select 'job_' || job.id as subject, format('%s is said to run on %s, which is not there.', job.name,
            coalesce(job.worker, 'nothing')) as message
        from jobs job left join workers worker on worker.name = job.worker
        where job.state = 'RUNNING' and worker.name is null
        """,
    ),
    sql(
        0,
        "twin_jobs",
        "No piece of work waits twice",
        """
        select min('job_' || id) as subject, format('%s jobs %s wait for the same %s.', count(*), name, same_as)
            as message
        from jobs where state = 'PENDING' and same_as is not null group by name, same_as having count(*) > 1
        """,
    ),
    sql(
        0,
        "stuck_orders",
        "An order that waits for its checks has a job that will run them",
        """
        select 'ord_' || orders.id as subject, format('%s waits for its checks, and no job will run them.', number)
            as message
        from orders
        where validated_at is null and not on_hold and status = 'PENDING'
          and not exists (select from jobs where name = 'orders.advance' and same_as = orders.id::text)
          and not exists (select from failed_jobs where job = 'orders.advance' and same_as = orders.id::text)
        """,
    ),
    sql(
        0,
        "stuck_notifications",
        "A message that waits to be sent has a job that will send it, and one that was not sent says why",
        """
        select 'ntf_' || id as subject,
            case state when 'QUEUED' then format('The message to %s waits, and no job will send it.', recipient)
                else format('The message is %s, and nothing says when or why.', state) end as message
        from notifications
        where (state = 'SENT' and sent_at is null) or (state in ('FAILED', 'SUPPRESSED') and reason is null)
          or (state = 'QUEUED'
            and not exists (select from jobs where name = 'notifications.send' and same_as = notifications.id::text)
            and not exists (
                select from failed_jobs where job = 'notifications.send' and same_as = notifications.id::text))
        """,
    ),
)
