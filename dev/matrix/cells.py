"""What the matrix is made of: a Python, and the lowest or the highest versions for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PYTHONS = ("3.10", "3.11", "3.12", "3.13")
KINDS = ("lowest", "highest")

# pandas and numpy come from the host, in pairs. A resolver alone would join pandas 1.5 with numpy 2: pandas does not
# say that it fails there. The highest sets of 3.11 and 3.12 stay at numpy 1.26, as many hosts do; the others have 2.
_PAIRS: Mapping[str, tuple[str, ...]] = {
    "3.10-lowest": ("pandas==1.5.0", "numpy==1.23.5"),
    "3.10-highest": ("pandas==2.3.3",),
    "3.11-lowest": ("pandas==1.5.3", "numpy==1.26.4"),
    "3.11-highest": ("pandas==2.3.3", "numpy==1.26.4"),
    "3.12-lowest": ("pandas==2.1.1", "numpy==1.26.0"),
    "3.12-highest": ("pandas==2.3.3", "numpy==1.26.4"),
    "3.13-lowest": ("pandas==2.2.3", "numpy==2.1.0"),
    "3.13-highest": ("pandas==2.3.3",),
}


@dataclass(frozen=True)
class Cell:
    """One environment: ``python`` like "3.10", ``kind`` "lowest" or "highest"."""

    python: str
    kind: str

    @property
    def name(self) -> str:
        """Such as 3.10-lowest: the name of its folder and its log."""
        return f"{self.python}-{self.kind}"

    @property
    def pair(self) -> tuple[str, ...]:
        """Constraints on pandas and numpy; a package that is not named is free within the project's range."""
        return _PAIRS[self.name]


CELLS = tuple(Cell(python, kind) for python in PYTHONS for kind in KINDS)


def chosen(names: list[str]) -> list[Cell]:
    """The cells that the names mean; all without a name.

    Args:
        names: Cells, Pythons or kinds: "3.10-lowest", "3.10", "lowest".

    Raises:
        ValueError: A name means no cell.
    """
    for name in names:
        if not any(_means(name, cell) for cell in CELLS):
            raise ValueError(f"no environment is named {name}; there are {', '.join(cell.name for cell in CELLS)}")
    return [cell for cell in CELLS if not names or any(_means(name, cell) for name in names)]


def _means(name: str, cell: Cell) -> bool:
    return name in (cell.name, cell.python, cell.kind)
