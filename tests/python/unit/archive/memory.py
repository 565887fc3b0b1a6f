"""A storage of archives without files."""

from __future__ import annotations

import contextlib
import io

from ovh_weblogs.archive import Stored


class MemoryStorage:
    """A storage of bytes that notes what is done to it, and tells as little of a file as it is made to."""

    name = "memory"

    def __init__(self, *, sizes=True, times=True):
        self.files, self.done, self._sizes, self._times = {}, [], sizes, times

    def paths(self):
        """As ``Storage``."""
        return set(self.files)

    def stored(self, path):
        """As ``Storage``, as far as it tells."""
        return Stored(len(self.files[path]) if self._sizes else None, 1 if self._times else None)

    def opened(self, path):
        """As ``Storage``."""
        self.done.append(f"read {path}")
        return contextlib.closing(io.BytesIO(self.files[path]))

    def upload(self, path, file):
        """As ``Storage``."""
        self.done.append(f"put {path}")
        self.files[path] = file.read()

    def upload_text(self, path, text):
        """As ``Storage``."""
        self.upload(path, io.BytesIO(text))

    def delete(self, path):
        """As ``Storage``."""
        self.done.append(f"delete {path}")
        del self.files[path]
