"""Tickets: heard of by webhook, linked to orders, and told what becomes of these, at a helpdesk that is played."""
