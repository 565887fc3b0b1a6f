"""Where a recipe's geo files are: in a managed folder, or on the server's disk."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dataiku
from dataiku.customrecipe import get_input_names_for_role

from ovh_weblogs.dss.folders import opened
from ovh_weblogs.dss.form import Config, Form
from ovh_weblogs.errors import InputError, SettingsError

logger = logging.getLogger(__name__)

_ENDING = ".mmdb"
_BUFFER = 1 << 20


@contextmanager
def geo_files(role: str, plugin_config: Config | None) -> Iterator[tuple[str, ...]]:
    """Paths of the files that the recipe may use, until the end: of the role's folder, else of the plugin's settings.

    A folder on any storage gives streams alone, so its files are copied to a temporary folder, which is removed at the
    end: mapped from there they take no memory of the recipe's, as a city file of 100 MB would.

    Raises:
        InputError: The folder holds no .mmdb file.
        SettingsError: Nothing is at the path of the plugin's settings.
        TryAgain: The storage broke off.
    """
    plugin = Form(plugin_config)
    path, temp = plugin.text("geo_database"), plugin.text("temp_folder") or None
    plugin.check("The plugin's settings")
    names = get_input_names_for_role(role)
    if names:
        with tempfile.TemporaryDirectory(prefix="ovh-logs-geo-", dir=temp) as folder:
            yield _copied(names[0], Path(folder))
    else:
        yield _on_disk(Path(path)) if path else ()


def _copied(name: str, target: Path) -> tuple[str, ...]:
    folder = dataiku.Folder(name)
    paths = sorted(path for path in folder.list_paths_in_partition() if _is_geo_file(path))
    if not paths:
        raise InputError(
            f"The folder {folder.get_name()} holds no {_ENDING} file",
            fix="put one into it, unpacked (.tar.gz and .gz are not), or take the folder out of the recipe",
        )
    copies = []
    for number, path in enumerate(paths):
        copy = target / str(number) / path.rpartition("/")[2]
        copy.parent.mkdir()
        with opened(folder, path) as stream, copy.open("wb") as file:
            shutil.copyfileobj(stream, file, _BUFFER)
        logger.info("%s: %s copied, %d bytes", folder.get_name(), path.lstrip("/"), copy.stat().st_size)
        copies.append(str(copy))
    return tuple(copies)


def _on_disk(path: Path) -> tuple[str, ...]:
    if path.is_dir():
        found = tuple(str(each) for each in sorted(path.iterdir()) if _is_geo_file(each.name))
    else:
        found = (str(path),) if path.is_file() else ()
    if not found:
        raise SettingsError(
            f"geo_database of the plugin's settings names {path}, where no {_ENDING} file is",
            fix="correct the path on the server, or leave it empty for countries alone",
        )
    return found


def _is_geo_file(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.lower().endswith(_ENDING) and not name.startswith(".")
