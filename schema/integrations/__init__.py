"""What is installed and configured, and how it runs: syncs, inbox, external calls, jobs and queues."""
