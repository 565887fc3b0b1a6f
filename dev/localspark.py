"""Spark as a cluster on this machine: a driver, and executors that are processes of their own."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXECUTORS = 2  # of one core each
_CONTAINER_MB, _HEAP_MB = 1024, 768  # what a worker has, and what its executor's Java may take of it


def missing() -> str | None:
    """Why Spark cannot be run here; None where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "Spark is not run: Python has no module pyspark (pip install '.[spark]')"
    if shutil.which("java") is None:
        return "Spark is not run: there is no java on PATH (Debian: apt-get install default-jre-headless)"
    return None


def options(executors: int = EXECUTORS) -> dict[str, str]:
    """What a session on the local cluster is configured with."""
    return {
        "spark.master": f"local-cluster[{executors},1,{_CONTAINER_MB}]",
        "spark.executor.memory": f"{_HEAP_MB}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.log.level": "ERROR",
        # All executors are there before the first task, and a stage of tasks that wait for one another finds them.
        "spark.cores.max": str(executors),
        "spark.scheduler.minRegisteredResourcesRatio": "1.0",
        "spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures": "4",
    }


def environment() -> dict[str, str]:
    """Variables that the driver's process needs: without them another Python, or another address, may be taken."""
    return {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}


def submitted(executors: int = EXECUTORS) -> dict[str, str]:
    """The same for a program that makes its session itself, as spark-submit hands it over."""
    given = (f"--conf '{name}={value}'" for name, value in options(executors).items())
    return {**environment(), "PYSPARK_SUBMIT_ARGS": f"{' '.join(given)} pyspark-shell"}


@contextmanager
def session(executors: int = EXECUTORS, more: Mapping[str, str] | None = None) -> Iterator[Any]:
    """A session on the local cluster, until the end."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    os.environ.update(environment())
    path = os.environ.pop("PYTHONPATH", None)  # executors would have it, too
    builder = SparkSession.builder.appName("ovh-logs")
    for name, value in {**options(executors), **(more or {})}.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    if path is not None:
        os.environ["PYTHONPATH"] = path
    application = made.sparkContext.applicationId
    try:
        yield made
    finally:
        made.stop()
        tidy(application)


def tidy(application: str) -> None:
    """Remove what the workers of an application leave in the folder where Spark is installed."""
    found = importlib.util.find_spec("pyspark")
    home = os.environ.get("SPARK_HOME") or (str(Path(found.origin).parent) if found and found.origin else "")
    shutil.rmtree(Path(home) / "work" / application, ignore_errors=True)
