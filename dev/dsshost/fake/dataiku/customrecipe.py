"""What a plugin's recipe asks about itself."""

import json
import os

from dataiku._flow import FLOW


def _names(side, role, full):
    return [item["fullName" if full else "smartName"] for item in FLOW[side] if role is None or item["role"] == role]


def get_input_names(full=True):
    return _names("in", None, full)


def get_output_names(full=True):
    return _names("out", None, full)


def get_input_names_for_role(role, full=True):
    return _names("in", role, full)


def get_output_names_for_role(role, full=True):
    return _names("out", role, full)


def get_recipe_config():
    return json.loads(os.environ["DKU_CUSTOM_RECIPE_CONFIG"])


def get_plugin_config():
    return json.loads(os.environ["DKU_CUSTOM_RECIPE_PLUGIN_CONFIG"])


def get_recipe_resource():
    return os.environ["DKU_CUSTOM_RESOURCE_FOLDER"]
