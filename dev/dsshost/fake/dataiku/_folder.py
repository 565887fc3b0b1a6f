"""Managed folders without a local path, as on any remote storage."""

import io
import json
import os
import signal

from dataiku import _flow


class Folder:
    """A managed folder of the flow."""

    def __init__(self, lookup, project_key=None, ignore_flow=False):
        self.read_partitions, self.writePartition = None, None
        self.readable = self.writable = _flow.FLOW is None or ignore_flow
        self.short_name = lookup.split(".", 1)[-1]
        if _flow.FLOW is not None and not ignore_flow:
            for side in ("in", "out"):
                for item in _flow.FLOW[side]:
                    if lookup in (item["smartName"], item["fullName"]):
                        self._declared(side, item)
            if not self.readable and not self.writable:
                raise Exception(
                    "Managed folder %s cannot be used : declare it as input or output of your recipe" % lookup
                )
        self._folder = _flow.FOLDERS.ManagedFolder(_flow.ROOT / "folders", self.short_name)
        if not self._folder.exists:
            raise Exception("None: b'Managed folder %s does not exist'" % self.short_name)

    def _declared(self, side, item):
        _flow.check_type(item, "MANAGED_FOLDER")
        if side == "in":
            self.readable, self.read_partitions = True, item.get("partitions")
        else:
            self.writable, self.writePartition = True, item.get("partition")

    def get_path(self):
        raise Exception("Folder %s is not on the local filesystem" % self.short_name)

    def list_partitions(self):
        return self._folder.partitions()

    def list_paths_in_partition(self, partition=""):
        if partition and partition not in self._folder.partitions():
            return []
        return self._folder.paths(partition)

    def _file(self, path):
        return self._folder.file(path)

    def get_download_stream(self, path):
        target = self._file(path)
        if not target.is_file():
            raise Exception("None: b'File not found: %s'" % path)
        return _Download(target, self._folder.fault(path))

    def _writable(self, path):
        if not self.writable:
            raise Exception("You cannot write folder %s, it is not declared as an output" % self.short_name)
        target = self._file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def upload_stream(self, path, f):
        fault = self._folder.fault(path, upload=True)
        with self._writable(path).open("wb", buffering=0) as file:
            while data := f.read(1 << 20 if fault is None else max(min(fault[0] - file.tell(), 1 << 20), 1)):
                if fault is not None and file.tell() >= fault[0]:
                    return _goes_wrong(fault[1])
                file.write(data)

    def upload_data(self, path, data):
        self.upload_stream(path, io.BytesIO(data))

    def upload_file(self, path, file_path):
        with open(file_path, "rb") as file:
            self.upload_stream(path, file)

    def get_writer(self, path):
        return self._writable(path).open("wb")

    def get_path_details(self, path="/"):
        target = self._file(path)
        details = {"exists": target.exists(), "directory": target.is_dir(), "fullPath": path}
        if target.is_file():
            stat = target.stat()
            details.update(size=stat.st_size, lastModified=int(stat.st_mtime * 1000))
        return details

    def clear(self):
        self._writable("/clear")
        self._folder.clear()

    def get_id(self):
        return self.short_name

    def get_info(self, sensitive_info=False):
        return {"id": self.short_name, "name": self.short_name, "type": "S3"}

    def read_json(self, path):
        with self.get_download_stream(path) as stream:
            return json.loads(stream.read())

    def write_json(self, path, value):
        self.upload_data(path, json.dumps(value).encode())

    def delete_path(self, path):
        target = self._writable(path)
        target.unlink()
        for parent in target.relative_to(self._folder.root.resolve()).parents[:-1]:
            if not any((self._folder.root / parent).iterdir()):  # an object store has no empty folders
                (self._folder.root / parent).rmdir()

    def get_name(self):
        return self.short_name

    def save_external_metric_values(self, values_dict):
        self._folder.save_metrics(values_dict)


def _goes_wrong(how):
    """What becomes of an upload: the host tells of a full storage as of anything else, or of nothing at all."""
    if how == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "breaks":
        raise Exception("None: b'Failed to write file: No space left on device'")


class _Download:
    """What comes over the network: once, forwards, in pieces that have their own sizes; it has to be closed."""

    open_ones = set()
    _SIZES = (1, 8191, 65536, 3)

    def __init__(self, path, fault):
        self._file, self._fault = open(path, "rb"), fault
        self._name, self._reads = path.name, 0
        self.open_ones.add(self)

    @property
    def closed(self):
        return self._file.closed

    def readable(self):
        return True

    def seekable(self):
        return False

    def seek(self, *_):
        raise Exception("seek, tell and fileno: a download has none of them")

    tell = fileno = seek

    def read(self, size=-1):
        if size is None or size < 0:
            return self._file.read()
        self._reads += 1
        size = min(size, self._SIZES[self._reads % len(self._SIZES)])
        if self._fault is not None:
            left = self._fault[0] - self._file.tell()
            if left <= 0 and self._fault[1] == "breaks":
                raise ConnectionResetError(104, "Connection reset by peer")
            size = min(size, max(left, 0))
        return self._file.read(size)

    def close(self):
        self._file.close()
        self.open_ones.discard(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __repr__(self):
        return self._name


def check_closed():
    """Called when the recipe has succeeded: a stream that stays open holds a connection of the host."""
    if _Download.open_ones:
        raise Exception("Streams of files MUST be closed: %s" % sorted(map(repr, _Download.open_ones)))
