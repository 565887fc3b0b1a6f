"""Runs recipes as ``recipe_worker.py`` does, each in a fork of a process that has imported the libraries already."""

import json
import os
import runpy
import sys

here = sys.path.pop(0)  # this file's folder: the host's process does not have it

import ovh_weblogs.pipeline  # noqa: E402, F401 - with all that it stands on
import pandas  # noqa: E402, F401


def run(asked):
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["recipe_worker.py", asked["recipe"]]
    sys.path.insert(0, here)
    code = 0
    try:
        runpy.run_path(os.path.join(here, "recipe_worker.py"), run_name="__main__")
    except SystemExit as end:
        code = int(end.code or 0)
    sys.stdout.flush()
    os._exit(code)


for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        run(json.loads(line))
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
