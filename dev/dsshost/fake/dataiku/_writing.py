"""What recipes write to datasets: kept beside them, and theirs once the recipe has succeeded."""

import atexit
import csv
import sys


class Writer:
    """Collects rows in a file of its own; they become the dataset's when the writer is closed and the recipe succeeds."""

    active = {}

    def __init__(self, dataset):
        if dataset.full_name in self.active:
            raise Exception(
                "Unable to instanciate a new dataset writer. There is already another active writer for this dataset"
                " (%s)." % dataset.full_name
            )
        self.active[dataset.full_name] = self
        self._dataset, self._columns, self._dtypes = dataset, None, None
        store = dataset._store
        self._path = store.path(dataset.short_name, dataset._partition).with_suffix(".session")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self._path, "w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)

    def _start(self):
        if self._columns is None:
            self._columns = [column["name"] for column in self._dataset.read_schema()]

    def write_tuple(self, row):
        self._start()
        self._csv.writerow(["" if value is None else value for value in row])

    write_row_array = write_tuple

    def write_row_dict(self, row_dict):
        self._start()
        self.write_tuple([row_dict.get(name, "") for name in self._columns])

    def write_dataframe(self, df):
        self._start()
        if not df.columns.is_unique:
            raise Exception("DSS doesn't support dataframes containing multiple columns with the same name.")
        if list(df.columns) != self._columns:
            raise Exception("frame of columns %s for the schema %s" % (list(df.columns), self._columns))
        dtypes = [str(dtype) for dtype in df.dtypes]
        if self._dtypes is not None and dtypes != self._dtypes:
            raise Exception("the dtypes of a frame differ from the first frame's: %s, %s" % (dtypes, self._dtypes))
        self._dtypes = dtypes
        df.to_csv(
            self._file, index=False, header=False, quoting=csv.QUOTE_ALL, date_format="%Y-%m-%dT%H:%M:%S.%fZ",
            lineterminator="\r\n",
        )  # fmt: skip

    def close(self):
        self._start()
        self._file.close()
        self.active.pop(self._dataset.full_name, None)
        pending.append((self._dataset, self._path))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.close()


pending = []


def commit():
    """Called when the recipe has succeeded: what was written becomes the data, if every value is right."""
    if Writer.active:
        raise Exception("A dataset writer MUST be closed: %s" % ", ".join(Writer.active))
    for dataset, path in pending:
        with open(path, encoding="utf-8", newline="") as file:
            csv.field_size_limit(1 << 30)
            rows = dataset._store.replace(
                dataset.short_name, csv.reader(file), dataset._partition, append=dataset.append
            )
        sys.stdout.write("%d rows successfully written (%s)\n" % (rows, dataset.full_name))


@atexit.register
def _clean():
    for writer in list(Writer.active.values()):
        writer._file.close()
        writer._path.unlink(missing_ok=True)
    for _, path in pending:
        path.unlink(missing_ok=True)
