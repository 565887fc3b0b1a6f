from dataiku.connector import Connector

from ovh_weblogs.dss.connectors import FileSource


class OvhLogFilesConnector(Connector):
    def __init__(self, config, plugin_config):
        Connector.__init__(self, config, plugin_config)
        self._source = FileSource(config, plugin_config)

    def get_read_schema(self):
        return self._source.schema()

    def generate_rows(self, dataset_schema=None, dataset_partitioning=None, partition_id=None, records_limit=-1):
        return self._source.rows(records_limit)
