"""Runs one recipe in a process of its own: its text, as the main program, with the host's package and the library."""

import json
import os
import sys
import traceback

sys.path.pop(0)  # this file's folder: the host's process does not have it

import logging  # noqa: E402

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")


def _failed(error):
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<recipe>"]
    message = str(error.args[0]) if error.args else ""
    if isinstance(error, OSError):
        message = f"[Errno {error.errno}] {error.strerror}: '{error.filename}'"
    where = f"At line {lines[-1]}: " if lines else ""
    content = {
        "errorType": str(type(error)),
        "message": message,
        "detailedMessage": f"{where}{type(error)}: {message}",
    }
    with open(os.environ["DSSHOST_ERROR_FILE"], "w", encoding="utf-8") as file:
        json.dump(content, file)
    sys.stderr.write("*************** Recipe code failed **************\n")
    traceback.print_exception(error)


def _tell_peak():
    """The most memory of the recipe itself: what the stand-in does with the rows afterwards is not the recipe's."""
    try:
        status = open("/proc/self/status").read().split()
    except OSError:
        return
    with open(os.environ["DSSHOST_PEAK_FILE"], "w") as file:
        file.write(str(int(status[status.index("VmHWM:") + 1]) << 10))


def _forget_methods():
    import dataiku

    for name in os.environ["DSSHOST_WITHOUT"].split():
        delattr(dataiku.Dataset, name)


def main():
    _forget_methods()
    # Executors of Spark have neither the host's package nor the plugin's library, unless the recipe sends it there.
    os.environ.pop("PYTHONPATH", None)
    code = open(sys.argv[1], encoding="utf-8").read()
    try:
        exec(compile(code, "<recipe>", "exec"), {"__name__": "__main__", "__builtins__": __builtins__})  # noqa: S102
        _tell_peak()
        from dataiku import _folder, _writing

        _folder.check_closed()
        _writing.commit()
    except BaseException as error:
        _failed(error)
        sys.exit(1)


main()
