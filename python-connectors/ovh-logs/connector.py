from dataiku.connector import Connector

from ovh_weblogs.dss.connectors import LogSource


class OvhLogsConnector(Connector):
    def __init__(self, config, plugin_config):
        Connector.__init__(self, config, plugin_config)
        self._source = LogSource(config, plugin_config)

    def get_read_schema(self):
        return self._source.schema()

    def generate_rows(self, dataset_schema=None, dataset_partitioning=None, partition_id=None, records_limit=-1):
        return self._source.rows(partition_id, records_limit, dataset_schema)

    def get_partitioning(self):
        return self._source.partitioning()

    def list_partitions(self, partitioning):
        return self._source.partitions()

    def partition_exists(self, partitioning, partition_id):
        return self._source.partition_exists(partition_id)
