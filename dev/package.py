"""The plugin's zip: what is committed, without tests and without what only developers need.

``python -m dev.package dist/dss-plugin-ovh-logs-1.0.0.zip`` needs git and no package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

# What a DSS instance needs; anything new at the top level has to be named here to be shipped.
SHIPPED = (
    "plugin.json",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "code-env/",
    "custom-recipes/",
    "parameter-sets/",
    "python-connectors/",
    "python-lib/",
    "python-runnables/",
    "resource/",
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say: the same commit gives the same bytes


def build(root: Path, target: Path) -> list[str]:
    """Write the zip from the last commit.

    Args:
        root: The repository.
        target: The zip to write.

    Returns:
        Names in the zip, in order.
    """
    commit = _git(root, "rev-parse", "HEAD").decode().strip()
    names = _git(root, "ls-tree", "-r", "--name-only", "-z", commit).decode().split("\0")
    shipped = sorted(name for name in names if name and name.startswith(SHIPPED))
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in shipped:
            _add(archive, name, _git(root, "show", f"{commit}:{name}"))
        _add(archive, "release_info.json", json.dumps({"last_commit_id": commit}, indent=4).encode() + b"\n")
    return [*shipped, "release_info.json"]


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True).stdout  # noqa: S607


def main() -> None:
    """Build the zip named on the command line from the repository that this file stands in."""
    target = Path(sys.argv[1])
    names = build(Path(__file__).parent.parent, target)
    print(f"{target}: {len(names)} files, {target.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main()
