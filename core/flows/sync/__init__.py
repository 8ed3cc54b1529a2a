"""What integrations do by themselves, each job on its own schedule, and whenever a person asks."""

from core.flows.sync.by_hand import sync as sync
from core.flows.sync.jobs import SyncJob as SyncJob
from core.flows.sync.jobs import jobs_of as jobs_of
from core.flows.sync.schedule import BEGAN as BEGAN
from core.flows.sync.schedule import next_run_at as next_run_at
from core.flows.sync.schedule import run as run
from core.flows.sync.schedule import run_later as run_later
from core.flows.sync.schedule import tick as tick
from core.flows.sync.soon import sync_soon as sync_soon
