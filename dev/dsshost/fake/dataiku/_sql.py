"""Queries in the databases of datasets; what leaves them is written down beside the datasets."""

import json

import pandas as pd

from dataiku import _flow

TABLES = _flow.STORAGE._tables()


def leave(count):
    """Tell of bytes or rows that a recipe took out of a database."""
    if count:
        with open(_flow.ROOT / "left_the_database", "a") as file:
            file.write("%d\n" % count)


def _place(connection):
    for path in sorted(_flow.ROOT.glob("*/table.json")):
        place = json.loads(path.read_text("utf-8"))
        if place["connection"] == connection:
            return TABLES.Place(**place)
    raise Exception("Connection %s does not exist" % connection)


class SQLExecutor2:
    def __init__(self, connection=None, dataset=None):
        if (connection is None) == (dataset is None):
            raise ValueError("only one of connection or dataset should be given")
        self._place = _place(connection) if connection is not None else dataset._table().place

    def query_to_df(self, query, pre_queries=None, post_queries=None, extra_conf={}, infer_from_schema=False,
                    parse_dates=True, bool_as_str=False, dtypes=None):  # fmt: skip
        connection = self._place.connect()
        try:
            cursor = connection.cursor()
            for each in pre_queries or []:
                cursor.execute(each)
            cursor.execute(query)
            rows = cursor.fetchall()
            frame = pd.DataFrame([list(row) for row in rows], columns=[column[0] for column in cursor.description])
            for each in post_queries or []:
                cursor.execute(each)
            leave(len(rows))
            return frame
        finally:
            connection.close()  # without COMMIT, what was changed is as before

    @staticmethod
    def exec_recipe_fragment(output_dataset, query, pre_queries=[], post_queries=[], overwrite_output_schema=True,
                             drop_partitioned_on_schema_mismatch=False):  # fmt: skip
        if _flow.FLOW is None:
            raise Exception("exec_recipe_fragment can only be called from within a recipe")
        if not output_dataset.writable:
            raise Exception("You cannot write dataset %s, it is not declared as an output" % output_dataset.name)
        table = output_dataset._table()
        if table is None:
            raise Exception("Dataset %s is not a SQL dataset" % output_dataset.name)
        if overwrite_output_schema:
            connection = table.place.connect()
            found = table.described(connection.cursor(), query)
            connection.close()
            output_dataset.write_schema(found)
            table = output_dataset._table()
        partition = output_dataset.writePartition or TABLES.WHOLE
        count = table.fill_by(query, pre_queries, post_queries, partition)
        print("%d rows inserted in the database (%s)" % (count, output_dataset.full_name))
