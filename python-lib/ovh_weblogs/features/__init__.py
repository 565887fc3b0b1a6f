"""Definitions in SQL, built as expressions; engines run them."""

from ovh_weblogs.features.visitors import left_out, visitor_columns, visitors

__all__ = ["left_out", "visitor_columns", "visitors"]
