"""What can go wrong, by who can mend it.

Every message is one sentence: what happened, to what, and what to do. No class derives from OSError: the host asks each
OSError for its errno and then shows the user ``[Errno None] None: 'None'`` (DSS 9.0.5, dataiku/base/utils.py).
"""

from __future__ import annotations

from ovh_weblogs.secret import masked


class OvhLogsError(Exception):
    """Root of the plugin's errors.

    Args:
        problem: What happened, to what; no final stop, no visitor's address. A secret that is in use is masked.
        fix: What the reader can do, in the imperative, lower case; no final stop.
    """

    def __init__(self, problem: str, *, fix: str) -> None:
        self.problem = masked(problem)
        self.fix = masked(fix)
        super().__init__(f"{self.problem}; {self.fix}.")

    def __reduce__(self) -> tuple[object, tuple[type[OvhLogsError], str, str]]:
        """Errors cross process borders (a Spark worker, a test's worker): rebuild them whole."""
        return _rebuild, (type(self), self.problem, self.fix)


def _rebuild(kind: type[OvhLogsError], problem: str, fix: str) -> OvhLogsError:
    return kind(problem, fix=fix)


class SettingsError(OvhLogsError):
    """The author of the dataset or recipe can mend it, in the form."""


class HostNotAllowed(SettingsError):
    """An administrator can mend it, in the plugin's settings."""


class AccessDenied(OvhLogsError):
    """The owner of the log user or of the keys can mend it: wrong password, missing right."""


class LogMissing(OvhLogsError):
    """The log host has no such file: wait, shorten the period, or skip the day."""


class LogDamaged(OvhLogsError):
    """The log host's file is incomplete or no log: read it again later, or ask OVH's support."""


class TryAgain(OvhLogsError):
    """Passing trouble, already retried: start the build again later."""


class UntrustedHost(OvhLogsError):
    """The host's TLS certificate was refused: the administrator of the network or of the host can mend it."""


class InputError(OvhLogsError):
    """The input of a recipe lacks something or holds what cannot be read: the author of the Flow can mend it."""
