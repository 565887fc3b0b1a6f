"""The inputs and outputs of a recipe by role and type."""

from dataiku import _flow
from dataiku._dataset import Dataset
from dataiku._folder import Folder


def _found(side, index, role, object_type, as_type):
    items = [
        item
        for item in _flow.FLOW[side]
        if (role is None or item["role"] == role)
        and (index is None or item["indexInRole"] == index)
        and (object_type is None or item["type"] == object_type)
    ]
    if as_type in ("name", "names"):
        return [item["fullName"] for item in items]
    if as_type in ("ref", "refs"):
        return [item["smartName"] for item in items]
    if as_type in ("object", "objects"):
        kinds = {"MANAGED_FOLDER": Folder}
        return [kinds.get(item["type"], Dataset)(item["fullName"]) for item in items]
    return items


def get_inputs(index=None, role=None, object_type=None, as_type="object"):
    return _found("in", index, role, object_type, as_type)


def get_outputs(index=None, role=None, object_type=None, as_type="object"):
    return _found("out", index, role, object_type, as_type)
