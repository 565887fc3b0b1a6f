"""A plugin's zip, installed into a fresh folder and checked there."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

from dev.dsshost.descriptors import check_plugin
from dev.dsshost.strictjson import BadPlugin

_FOREIGN = ("tests/", "dev/", ".git", ".ci/", "out/", "dist/")


def check_zip(path: Path) -> list[str]:
    """Check a zip, and give the ids of its components.

    Raises:
        BadPlugin: plugin.json is not at its root, or it holds what no instance needs.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if "plugin.json" not in names:
            raise BadPlugin(f"{path}: plugin.json is not at the root")
        foreign = [name for name in names if name.startswith(_FOREIGN) or "__pycache__" in name]
        if foreign:
            raise BadPlugin(f"{path}: holds {foreign[:5]}")
        with tempfile.TemporaryDirectory() as folder:
            archive.extractall(folder)
            return check_plugin(Path(folder))
