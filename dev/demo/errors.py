"""What stops the demo."""

from __future__ import annotations


class DemoFailed(Exception):
    """The demo cannot go on: one sentence for the person who started it."""
