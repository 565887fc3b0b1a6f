"""How the host finds, makes and reports about the classes of components (DSS 9.0.5, dataiku/base/utils.py).

Only the standard library is used: processes that run one component load this file by itself.
"""

from __future__ import annotations

import inspect
import itertools
import traceback
import types
from typing import Any

_numbers = itertools.count()


def friendly_error(error: BaseException) -> dict[str, str]:
    """An exception as the host reports it; an OSError loses its text there, unless it has an errno."""
    if isinstance(error, OSError):
        message = f"[Errno {error.errno}] {error.strerror}: '{error.filename}'"
    else:
        message = str(error.args[0]) if error.args else ""
    return {"errorType": str(type(error)), "message": message, "traceback": "".join(traceback.format_exception(error))}


def component_class(code: str, base: type) -> type:
    """The one class of the code that derives from the base; the code runs from its text, in a foreign module.

    Raises:
        TypeError: There is none, or there are two, with the host's text.
    """
    module = types.ModuleType(f"dsshost_component_{next(_numbers)}")
    exec(compile(code, f"<{module.__name__}>", "exec"), module.__dict__)  # noqa: S102 - what the host does
    found = None
    for item in vars(module).values():
        if isinstance(item, type) and issubclass(item, base) and item is not base:
            if found is not None:
                raise TypeError(f"Multiple classes inheriting {base} defined, already had {found} and found {item}")
            found = item
    if found is None:
        raise TypeError(f"No class inheriting {base} found")
    return found


def construct(kind: type, arguments: tuple[Any, ...]) -> Any:
    """An object made by the number of its constructor's positional parameters, as the host counts them.

    Raises:
        TypeError: There are more than the host can fill.
    """
    count = len(inspect.getfullargspec(kind.__init__).args)  # type: ignore[misc]
    if not 1 <= count <= len(arguments) + 1:
        raise TypeError(f"Wrong signature of the {kind.__mro__[1].__name__} subclass: {count} args")
    return kind(*arguments[: count - 1])
