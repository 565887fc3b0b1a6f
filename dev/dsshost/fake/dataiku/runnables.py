"""Base class of macros, and the table that one may return."""

import json


class Runnable:
    """What a macro derives from."""

    def __init__(self, project_key, config, plugin_config):
        self.project_key = project_key
        self.config = config
        self.plugin_config = plugin_config

    def get_progress_target(self):
        return None

    def run(self, progress_callback):
        raise NotImplementedError


class ResultTable:
    """A table as the result of a macro; cells are checked where the result arrives, as the host shows it there."""

    def __init__(self):
        self.name = self.header = ""
        self.columns, self.records = [], []

    def set_name(self, name):
        self.name = name

    def set_header(self, header):
        self.header = header

    def add_column(self, name, display_name, type="STRING"):
        self.columns.append({"name": name, "displayName": display_name, "type": type})

    def add_record(self, record):
        self.records.append(record)

    def to_json(self):
        return json.dumps({"header": self.header, "columns": self.columns, "records": self.records, "name": self.name})
