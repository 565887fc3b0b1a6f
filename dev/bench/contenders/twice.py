"""The library in processes of their own, a file each: how far reading spreads over processors."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from dev.bench.contenders.parsing import LinesLost
from dev.bench.corpus import Corpus
from ovh_weblogs.parsing import parse

_Process = subprocess.Popen[str]


def one(corpus: Corpus) -> AbstractContextManager[Callable[[], int]]:
    """One process, one file."""
    return _processes(corpus, 1)


def two(corpus: Corpus) -> AbstractContextManager[Callable[[], int]]:
    """Two processes at the same time, a file each."""
    return _processes(corpus, 2)


@contextmanager
def _processes(corpus: Corpus, count: int) -> Iterator[Callable[[], int]]:
    with TemporaryDirectory() as folder, ExitStack() as stack:
        paths = [shutil.copy(corpus.path, Path(folder) / f"{number}.log.gz") for number in range(count)]
        command = [sys.executable, "-m", __spec__.name]
        readers = [
            stack.enter_context(
                subprocess.Popen([*command, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for path in paths
        ]
        for reader in readers:
            _answer(reader)  # it has imported what it needs
        yield partial(_run, readers, corpus)


def _run(readers: list[_Process], corpus: Corpus) -> int:
    for reader in readers:
        assert reader.stdin is not None
        reader.stdin.write("go\n")
        reader.stdin.flush()
    counts = [_answer(reader) for reader in readers]
    if set(counts) != {corpus.lines}:
        raise LinesLost(f"{counts} lines were read of {corpus.lines} each")
    return sum(counts)


def _answer(reader: _Process) -> int:
    assert reader.stdout is not None
    return int(reader.stdout.readline())


def main() -> None:
    """Say that all is ready, wait for the word, read the file and print how many lines it has."""
    print(0, flush=True)
    sys.stdin.readline()
    with Path(sys.argv[1]).open("rb") as file:
        print(sum(block.lines for block in parse(file)), flush=True)


if __name__ == "__main__":
    main()
