"""Channels: what they tell by themselves, what they are asked for, and what they are told."""
