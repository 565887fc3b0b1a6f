"""One measurement, in a process of its own.

``python -m dev.bench.child MODULE:FUNCTION CORPUS`` prints seconds, rows and peak memory as JSON.
"""

from __future__ import annotations

import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path

from dev.bench.corpus import Corpus

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_MB = 1e6


def _memory(field: str) -> int:
    """Bytes of resident memory: VmRSS now, VmHWM at most since ``_forget_peak``.

    Not ru_maxrss where it can be helped: on Linux a new process begins with the peak of the one that started it.
    """
    if not _STATUS.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak << 10
    found = re.search(rf"^{field}:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
    return int(found[1]) << 10 if found else 0


def _forget_peak() -> None:
    try:
        _CLEAR.write_text("5")  # proc(5): reset the peak to what is resident now
    except OSError:
        return  # then the peak is that of the imports at least


def main() -> None:
    """Import, prepare, run, and print the figures; imports and preparation are not in them."""
    target, corpus = sys.argv[1], Corpus(**json.loads(sys.argv[2]))
    module, _, name = target.partition(":")
    contender = getattr(importlib.import_module(module), name)
    imported = _memory("VmRSS")
    with contender(corpus) as work:
        _forget_peak()
        started = time.perf_counter()
        rows = work()
        seconds = time.perf_counter() - started
        own = max(0, _memory("VmHWM") - imported)
        peak = getattr(work, "peak_bytes", own)  # of processes that it started, where these do the work
    print(json.dumps({"seconds": seconds, "rows": rows, "peak_mb": peak / _MB}))


if __name__ == "__main__":
    main()
