"""A plugin of one connector, to be changed and added to."""

from __future__ import annotations

import json

META = {"label": "A", "description": "B", "icon": "icon-cog"}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def change(path, **changes):
    write(path, {**json.loads(path.read_text()), **changes})


def connector_code(root, body, schema='{"columns": [{"name": "a", "type": "int"}]}', more=""):
    code = f"""from dataiku.connector import Connector
class Mine(Connector):
    def get_read_schema(self):
        return {schema}
    def generate_rows(self, dataset_schema=None, dataset_partitioning=None, partition_id=None, records_limit=-1):
        {body}
{more}
"""
    write(root / "python-connectors/test-c/connector.py", code)


def tiny_plugin(root):
    """Write it into a folder."""
    write(root / "plugin.json", {"id": "test", "version": "1.0.0", "meta": META, "params": []})
    write(root / "code-env/python/desc.json", {"acceptedPythonInterpreters": ["PYTHON311"], "corePackagesSet": "AUTO"})
    write(root / "code-env/python/spec/requirements.txt", "requests\n")
    connector = {"meta": META, "readable": True, "writable": False, "params": []}
    write(root / "python-connectors/test-c/connector.json", connector)
    (root / "python-lib").mkdir()
    connector_code(root, "yield {'a': 1}")
    return root
