"""Managed folders without a local path, as on any remote storage."""

import json
import shutil

from dataiku import _flow


class Folder:
    """A managed folder of the flow."""

    def __init__(self, lookup, project_key=None, ignore_flow=False):
        self.short_name = lookup.split(".", 1)[-1]
        declared = [item for side in ("in", "out") for item in (_flow.FLOW or {}).get(side, [])]
        if (
            _flow.FLOW is not None
            and not ignore_flow
            and not any(lookup in (item["smartName"], item["fullName"]) for item in declared)
        ):
            raise Exception("Managed folder %s cannot be used : declare it as input or output of your recipe" % lookup)
        self._root = _flow.ROOT / "folders" / self.short_name
        self._root.mkdir(parents=True, exist_ok=True)

    def get_path(self):
        raise Exception("Folder %s is not on the local filesystem" % self.short_name)

    def list_paths_in_partition(self, partition=""):
        files = (path for path in self._root.rglob("*") if path.is_file())
        return sorted("/" + path.relative_to(self._root).as_posix() for path in files)

    def _file(self, path):
        target = (self._root / path.lstrip("/")).resolve()
        if self._root.resolve() not in target.parents:
            raise Exception("Path %s leaves the folder" % path)
        return target

    def get_download_stream(self, path):
        return self._file(path).open("rb")

    def upload_stream(self, path, f):
        target = self._file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            shutil.copyfileobj(f, file)

    def upload_data(self, path, data):
        target = self._file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def upload_file(self, path, file_path):
        with open(file_path, "rb") as file:
            self.upload_stream(path, file)

    def get_writer(self, path):
        target = self._file(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("wb")

    def get_path_details(self, path="/"):
        target = self._file(path) if path.strip("/") else self._root
        details = {"exists": target.exists(), "directory": target.is_dir(), "fullPath": path}
        if target.is_file():
            stat = target.stat()
            details.update(size=stat.st_size, lastModified=int(stat.st_mtime * 1000))
        return details

    def clear(self):
        shutil.rmtree(self._root)
        self._root.mkdir()

    def get_id(self):
        return self.short_name

    def get_info(self, sensitive_info=False):
        return {"id": self.short_name, "name": self.short_name, "type": "S3"}

    def read_json(self, path):
        return json.loads(self._file(path).read_text("utf-8"))

    def write_json(self, path, value):
        self.upload_data(path, json.dumps(value).encode())

    def delete_path(self, path):
        self._file(path).unlink()

    def get_name(self):
        return self.short_name
