"""Base classes of custom datasets."""


class Connector:
    """What a connector derives from."""

    def __init__(self, config, plugin_config=None):
        self.config = config
        self.plugin_config = plugin_config

    def get_read_schema(self):
        return None

    def generate_rows(self, dataset_schema=None, dataset_partitioning=None, partition_id=None, records_limit=-1):
        raise NotImplementedError

    def get_writer(self, dataset_schema=None, dataset_partitioning=None, partition_id=None):
        raise NotImplementedError

    def get_partitioning(self):
        return {"dimensions": []}

    def list_partitions(self, partitioning):
        return []

    def partition_exists(self, partitioning, partition_id):
        raise NotImplementedError

    def get_records_count(self, partitioning=None, partition_id=None):
        raise NotImplementedError


class CustomDatasetWriter:
    """What a writer derives from."""

    def write_row(self, row):
        raise NotImplementedError

    def close(self):
        pass
