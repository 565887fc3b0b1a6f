"""Managed folders on disk, with partitions told by the paths of files.

Only the standard library is used: the ``dataiku`` package that recipes see loads this file by itself.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

_PARTS = {"%Y": r"(?P<Y>\d{4})", "%M": r"(?P<M>\d\d)", "%D": r"(?P<D>\d\d)"}


class ManagedFolder:
    """A managed folder of a store.

    Args:
        root: The folder that holds all managed folders.
        name: Its name.
    """

    def __init__(self, root: Path, name: str) -> None:
        self.root = root / name
        self._pattern = root / f"{name}.pattern"
        self._faults = root / f"{name}.faults"
        self._metrics = root / f"{name}.metrics"

    @property
    def exists(self) -> bool:
        """Whether it was made."""
        return self.root.is_dir()

    def create(self, pattern: str | None = None) -> None:
        """Make it.

        Args:
            pattern: How paths tell their day, as the host writes it: ``%Y/%M/%D/.*``; None without partitions.
        """
        self.root.mkdir(parents=True)
        if pattern is not None:
            self._pattern.write_text(pattern, "utf-8")

    def remove(self) -> None:
        """Remove it with all that belongs to it; nothing where it is not there."""
        shutil.rmtree(self.root, ignore_errors=True)
        self._pattern.unlink(missing_ok=True)
        self._faults.unlink(missing_ok=True)
        self._metrics.unlink(missing_ok=True)

    @property
    def partitioned(self) -> bool:
        """Whether it has partitions."""
        return self._pattern.exists()

    def file(self, path: str) -> Path:
        """Where a path of the folder is.

        Raises:
            ValueError: It does not begin with a slash, or leaves the folder.
        """
        target = (self.root / path.lstrip("/")).resolve()
        if not path.startswith("/") or (target != self.root.resolve() and self.root.resolve() not in target.parents):
            raise ValueError(f"Path {path} is none of the folder {self.root.name}")
        return target

    def put(self, path: str, data: bytes) -> None:
        """Store a file; a path that ends with a slash makes a folder without files, as object stores list them."""
        target = self.file(path)
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def disturb(self, path: str, after: int, how: str, *, upload: bool = False) -> None:
        """Let every download of a file, or every upload, go wrong after so many bytes.

        Args:
            path: The file.
            after: Bytes that go well; an upload leaves them in the folder.
            how: ``breaks`` with an error, or just ``ends``; an upload also ``kills`` the process.
            upload: Whether uploads are meant.
        """
        self._faults.write_text(
            json.dumps({**self._all_faults(), _fault_of(path, upload=upload): [after, how]}), "utf-8"
        )

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.unlink(missing_ok=True)

    def fault(self, path: str, *, upload: bool = False) -> tuple[int, str] | None:
        """After how many bytes a download or upload goes wrong, and how; None where it does not."""
        found = self._all_faults().get(_fault_of(path, upload=upload))
        return tuple(found) if found else None

    def _all_faults(self) -> dict[str, list]:
        return json.loads(self._faults.read_text("utf-8")) if self._faults.exists() else {}

    @property
    def metrics(self) -> dict[str, float]:
        """Metrics that a recipe saved on the folder; the last value of each."""
        return json.loads(self._metrics.read_text("utf-8")) if self._metrics.exists() else {}

    def save_metrics(self, values: dict[str, float]) -> None:
        """Save metrics.

        Raises:
            ValueError: A name is no text, or a value is no finite number: the host would keep it as something else.
        """
        for key, value in values.items():
            if not isinstance(key, str) or not key:
                raise ValueError(f"a metric has the name {key!r}")
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
                raise ValueError(f"metric {key}: {value!r} is no number")
        self._metrics.write_text(json.dumps({**self.metrics, **values}), "utf-8")

    def paths(self, partition: str = "") -> list[str]:
        """Paths of all files, or of those of a partition, in no useful order; with folders that hold none."""
        found = [path for path in self.root.rglob("*") if path.is_file() or not any(path.iterdir())]
        names = sorted(("/" + path.relative_to(self.root).as_posix() for path in found), reverse=True)
        return [name for name in names if not partition or self._day(name) == partition]

    def partitions(self) -> list[str]:
        """Partitions that hold files, in order."""
        return sorted({day for day in map(self._day, self.paths()) if day}) if self.partitioned else []

    def clear(self) -> None:
        """Remove every file."""
        shutil.rmtree(self.root)
        self.root.mkdir()

    def _day(self, path: str) -> str:
        if not self.partitioned:
            return ""
        pattern = self._pattern.read_text("utf-8")
        for written, meant in _PARTS.items():
            pattern = pattern.replace(written, meant)
        found = re.fullmatch("/?" + pattern.lstrip("/"), path)
        return "-".join(found[part] for part in "YMD" if part in found.groupdict()) if found else ""


def _fault_of(path: str, *, upload: bool) -> str:
    return f"upload {path}" if upload else path
