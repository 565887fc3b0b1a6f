"""An archive of day files: what is fetched, how it is stored so that no kill harms it, what is told of it."""

from ovh_weblogs.archive.ledger import Storage, Stored
from ovh_weblogs.archive.report import Report, spans
from ovh_weblogs.archive.run import archive
from ovh_weblogs.archive.wanted import Wanted, wanted_rows

__all__ = ["Report", "Storage", "Stored", "Wanted", "archive", "spans", "wanted_rows"]
