"""The recipe "Parse logs" over a store of its own, run as the host runs it: in a process, from its own folder."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma

import pyarrow as pa

from dev.dsshost import Store, folder, run_recipe

PACKED = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": lambda data: pa.Codec("zstd").compress(data, asbytes=True),
}


def line(number, path="/"):
    """One line of the OVH format, its number in the address."""
    return (
        f"198.51.100.{number % 250} www.example.com - [28/Mar/2026:10:00:{number % 60:02} +0100] "
        f'"GET {path}?n={number} HTTP/1.1" 200 {number} "-" "Agent {number}"\n'
    ).encode()


def manifest(files, **changes):
    """A manifest of files by path; the changes are of every entry."""
    entries = {path: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()} for path, data in files.items()}
    return json.dumps({"files": {path: {**entry, **changes} for path, entry in entries.items()}}).encode()


class Recipe:
    """Inputs, runs of the recipe, and what came out; the outputs are hits and rejects.

    Args:
        repository: The plugin's folder.
        root: Where the store is made.
    """

    def __init__(self, repository, root):
        self._repository = repository
        self.store = Store(root / "store")
        self.result = None  # of the last run

    def folder(self, files=None, name="raw", pattern=None):
        """A managed folder that holds these files, by path."""
        made = folder(self.store, name)
        made.create(pattern)
        for path, data in (files or {}).items():
            made.put(f"/{path}", data)
        return made

    def table(self, columns, rows, partition="NP"):
        """The dataset "table", of texts."""
        self.store.set_columns("table", [{"name": column, "type": "string"} for column in columns])
        self.store.replace("table", rows, partition)

    def run(self, source="raw", *, rejects=True, **settings):
        """Run it once, whatever comes of it."""
        outputs = {"hits": ["hits"], **({"rejects": ["rejects"]} if rejects else {})}
        self.result = run_recipe(
            self._repository, "ovh-logs-parse", self.store, inputs={"logs": [source]}, outputs=outputs, **settings
        )
        return self.result

    def good(self, source="raw", **settings):
        """Run it, which has to succeed; file, line number and n of each hit."""
        result = self.run(source, **settings)
        assert result.error is None, result.log
        return self.places(settings.get("partition") or "NP")

    def error(self, source="raw", **settings):
        """Run it, which has to fail with one sentence of ours and leave nothing behind; the sentence."""
        result = self.run(source, **settings)
        assert result.error is not None, result.log
        message = result.error["message"]
        assert message.endswith(".")
        assert "\n" not in message
        assert "ovh_weblogs.errors." in result.error["errorType"]
        assert self.store.partitions("hits") == self.store.partitions("rejects") == []
        return message

    def places(self, partition="NP"):
        """File, line number and n of each hit."""
        return [
            (row["source_file"], int(row["line_number"]), int(row["location"].partition("n=")[2]))
            for row in self.store.rows("hits", partition)
        ]

    def columns(self, name="hits"):
        """Names of a dataset's columns; none before it was built."""
        return [column["name"] for column in self.store.columns(name)]
