"""What a recipe was started with."""

import importlib.util
import json
import os
from pathlib import Path

FLOW = json.loads(os.environ["DKUFLOW_SPEC"]) if "DKUFLOW_SPEC" in os.environ else None


def _of_the_stand_in(name):
    """A module of the stand-in, loaded by its path: the recipe's own path does not hold it."""
    spec = importlib.util.spec_from_file_location("_dsshost_" + name, Path(__file__).parents[2] / (name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STORAGE = _of_the_stand_in("storage")
FOLDERS = _of_the_stand_in("folders")
ROOT = Path(os.environ.get("DSSHOST_STORAGE", "."))


def check_type(item, kind):
    """DSS fails at the first use of an object that is of another type."""
    if item["type"] != kind:
        raise Exception("%s is a %s, no %s" % (item["fullName"], item["type"], kind))


def default_project_key():
    key = os.environ.get("DKU_CURRENT_PROJECT_KEY")
    if not key:
        raise Exception("Default project key is not specified (no DKU_CURRENT_PROJECT_KEY in env)")
    return key


def get_flow_variables():
    return json.loads(os.environ["DKUFLOW_VARIABLES"]) if "DKUFLOW_VARIABLES" in os.environ else None


def get_custom_variables(project_key=None):
    return {}
