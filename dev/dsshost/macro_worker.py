"""Runs one macro in a process of its own: its text, with the host's package and the library; told what on stdin.

What comes of it goes to the file that the command line names: ``error``, or ``bad`` where the macro broke a rule that the
host does not check, or ``result`` and how it was made; beside it the progress.
"""

import sys

sys.path.pop(0)  # this file's folder: the host's process does not have it

import copy  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402

from dataiku import _flow  # noqa: E402
from dataiku.runnables import Runnable  # noqa: E402

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
_loading = _flow._of_the_stand_in("loading")


def _normalized(result):
    """What the host sends on, and how it was made."""
    to_json = getattr(result, "to_json", None)
    if callable(to_json):
        return to_json(), "to_json"
    if isinstance(result, dict):
        return json.dumps(result), "dict"
    return result, type(result).__name__


def _run(command, outcome):
    arguments = (command["projectKey"], command["config"], command["pluginConfig"])
    given = copy.deepcopy(arguments)
    macro = _loading.construct(_loading.component_class(command["code"], Runnable), arguments)
    outcome["target"] = macro.get_progress_target()

    def report(current, /):
        outcome["progress"].append(current)
        print("Progress : %s" % (current,))

    result, made = _normalized(macro.run(report))
    if result is not None:
        print("the result is %s" % (result,))
    if arguments != given:
        outcome["bad"] = "the macro changed its configuration"
    elif result is not None and not isinstance(result, str):
        outcome["bad"] = "the host sends on text, a dict, or what to_json() gives as text; the macro gave %s" % made
    else:
        outcome.update(result=result, made=made)


def main():
    outcome = {"target": None, "progress": [], "result": None, "made": "NoneType"}
    try:
        _run(json.load(sys.stdin), outcome)
    except BaseException as error:
        outcome["error"] = _loading.friendly_error(error)
        sys.stderr.write(outcome["error"]["traceback"])
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(outcome, file, default=repr)
    sys.exit(1 if "error" in outcome else 0)


main()
