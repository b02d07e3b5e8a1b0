"""`lares models`: which model files there are, fetching them, and comparing them with their
hashes."""

from __future__ import annotations
