"""A component's configuration, as the host hands it over, read as typed values.

The form's defaults are not in it for objects made through the API, integers may come as floats, presets as ``{}``
(reference doc of DSS, "Parameters"): whoever reads a key names its default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ovh_weblogs.errors import SettingsError
from ovh_weblogs.secret import Secret

DAY = re.compile(r"\d{4}-\d\d-\d\d")
Config = Mapping[str, Any]


class Form:
    """Reads typed values out of a configuration and collects every fault, to report them in one sentence."""

    def __init__(self, config: Config | None) -> None:
        self._config = config or {}
        self.faults: list[str] = []

    def text(self, key: str, default: str = "") -> str:
        """Text without blanks around it; the default where it is absent or empty."""
        value = self._config.get(key)
        if value is None or value == "":
            return default
        if not isinstance(value, str):
            self.faults.append(f"{key} must be text")
            return default
        return value.strip()

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of the choices."""
        value = self.text(key, default)
        if value in choices:
            return value
        self.faults.append(f"{key} must be one of {', '.join(choices)}")
        return default

    def choices(self, key: str, choices: tuple[str, ...], default: tuple[str, ...]) -> list[str]:
        """Some of the choices, at least one."""
        if self._config.get(key) in (None, ""):
            return list(default)
        values = self.texts(key)
        if values and set(values) <= set(choices):
            return values
        self.faults.append(f"{key} must be one or more of {', '.join(choices)}")
        return list(default)

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        """A number within the bounds, both included; the host may hand over any kind of number, or its text."""
        value = self._config.get(key)
        if value is None or value == "":
            return default
        number = _number(value)
        if number is None:
            self.faults.append(f"{key} must be a number")
            return default
        if not low <= number <= high:
            self.faults.append(f"{key} must be from {low:g} to {high:g}")
            return default
        return number

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        """A whole number; ``5.0`` is 5."""
        number = self.number(key, default, low=low, high=high)
        if number != int(number):
            self.faults.append(f"{key} must be a whole number")
            return default
        return int(number)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false; also as text, as variables of a project expand to it."""
        value = self._config.get(key)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        self.faults.append(f"{key} must be true or false")
        return default

    def day(self, key: str) -> date | None:
        """A day, as YYYY-MM-DD or as the instant that a date field saves.

        The field saves midnight of the browser's zone as an instant in UTC, the day before at 22:00 or so in Europe:
        12 hours later it is the day that was picked, in every zone from UTC-12 to UTC+11.
        """
        value = self.text(key)
        if not value:
            return None
        day = iso_day(value) if DAY.fullmatch(value) else _picked_day(value)
        if day is None:
            self.faults.append(f"{key} must be a day such as 2026-01-31")
        return day

    def secret(self, key: str) -> Secret:
        """Text that is shown nowhere, exactly as typed."""
        value = self._config.get(key)
        return Secret(value if isinstance(value, str) else "")

    def group(self, key: str) -> Form:
        """A preset: a form of its own that shares the faults; empty where the host hands over none."""
        value = self._config.get(key)
        inner = Form(value if isinstance(value, Mapping) else {})
        inner.faults = self.faults
        return inner

    def objects(self, key: str, what: str) -> list[tuple[int, Form]]:
        """A list of objects: each by its number, from 1, as a form whose faults begin with ``what`` and the number."""
        value = self._config.get(key)
        items = value if isinstance(value, (list, tuple)) else []
        found = [(number, Form(item)) for number, item in enumerate(items, 1) if isinstance(item, Mapping)]
        if len(found) < len(items) or (value and not items):
            self.faults.append(f"{key} must be a list of objects")
        for number, form in found:
            form.faults = _Faults(self.faults, f"{what} {number}: ")
        return found

    def several(self, key: str, choices: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
        """Some of the choices, at least one, in the order of the choices; the default where none is named."""
        values = self.texts(key) or list(default)
        wrong = [value for value in values if value not in choices]
        if wrong:
            self.faults.append(f"{key} must be some of {', '.join(choices)}, not '{wrong[0][:40]}'")
        return tuple(choice for choice in choices if choice in values) or default

    def texts(self, key: str) -> list[str]:
        """A list of texts; a single text is a list of one."""
        value = self._config.get(key)
        values = [value] if isinstance(value, str) else value if isinstance(value, (list, tuple)) else []
        return [str(item) for item in values if item]

    def listed(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Texts without blanks around them, each once; the default where the list is absent, not where it is empty."""
        if self._config.get(key) is None:
            return default
        return tuple(dict.fromkeys(text.strip() for text in self.texts(key) if text.strip()))

    def check(self, what: str) -> None:
        """Report every fault at once.

        Raises:
            SettingsError: There is at least one.
        """
        if self.faults:
            raise SettingsError(
                f"{what} cannot be used: {', '.join(dict.fromkeys(self.faults))}",
                fix="correct this in the settings",
            )


class _Faults(list[str]):
    """Faults of a part, which go to those of the whole with a few words before them."""

    def __init__(self, whole: list[str], before: str) -> None:
        super().__init__()
        self._whole, self._before = whole, before

    def append(self, fault: str) -> None:
        """Report a fault."""
        self._whole.append(self._before + fault)


def _number(value: Any) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def iso_day(text: str) -> date | None:
    """The day that a text such as 2026-01-31 names; None for any other."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _picked_day(text: str) -> date | None:
    try:
        instant = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (instant.astimezone(timezone.utc) + timedelta(hours=12)).date() if instant.tzinfo else None
    except (ValueError, OverflowError):
        return None
