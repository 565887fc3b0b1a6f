"""Bytes of a log to Arrow batches of hits and of rejects; no line is lost, none is changed in silence."""

from ovh_weblogs.parsing.access import Parsed
from ovh_weblogs.parsing.explain import explain
from ovh_weblogs.parsing.lines import Lines, read_lines
from ovh_weblogs.parsing.reading import parse

__all__ = ["Lines", "Parsed", "explain", "parse", "read_lines"]
