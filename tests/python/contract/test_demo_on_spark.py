"""The demo's archive on Spark, which is there where the recipes for Spark are tested."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from dev import localspark

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(localspark.missing() is not None, reason=str(localspark.missing())),
]


def test_on_spark_the_demo_makes_the_same_visitors(repository, tmp_path):
    command = [sys.executable, "-m", "dev.demo", "--days", "2", "--engine", "spark", "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["python-lib", "."]), "COLUMNS": "200"}
    result = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert result.returncode == 0, result.stderr
    assert re.search(r"✓ Spark makes the same [\d,]{3,} visitors of the archived files, in every value", result.stdout)
