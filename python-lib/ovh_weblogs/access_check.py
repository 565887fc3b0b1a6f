"""Keys and logs, tried step by step: what works, what does not, and what to do."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from ovh_weblogs import pipeline
from ovh_weblogs.errors import LogMissing, OvhLogsError
from ovh_weblogs.hosting import (
    CLOCK_TOLERANCE,
    REGIONS,
    Account,
    ApiRefused,
    Reason,
    key_page,
    located,
    needed_paths,
    service_of,
)
from ovh_weblogs.pipeline import Totals
from ovh_weblogs.secret import masked
from ovh_weblogs.settings import ApiAccess, Auth, Network, Source

_SEARCHED = 35  # days back from today in which the newest log is looked for
_LATE = 2  # days: yesterday's log appears today, at an hour that OVH does not publish
_SOON = timedelta(days=14)  # before the end of a key's validity
_NAMED = 6  # names that a step lists
_KEYS = {
    Reason.APPLICATION_KEY: "Application key",
    Reason.SIGNATURE: "Application secret",
    Reason.CONSUMER_KEY: "Consumer key",
    Reason.CREDENTIAL: "Consumer key",
    Reason.SERVICE_ACCOUNT: "Service account",
}


class Outcome(str, enum.Enum):
    """How a step went."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    NOT_TRIED = "not tried"


@dataclass(frozen=True)
class Step:
    """One step: what was tried, how it went, what was seen, what to do; no secret in any of them."""

    name: str
    outcome: Outcome
    seen: str = ""
    fix: str = ""


class AccessCheck:
    """Tries one access. The first step that fails ends the trial of those that need it.

    Args:
        access: Keys, and service and domain if chosen.
        network: Timeouts and patience.
        now: The moment of the check; the clock's unless given.
    """

    PARTS = ("OVH API", "Keys", "Hostings", "Rights", "Sites", "Log host", "Newest day", "One file")

    def __init__(self, access: ApiAccess, network: Network, *, now: datetime | None = None) -> None:
        self._access = access
        self._network = network
        self._now = now or datetime.now(timezone.utc)
        self._rules: tuple[tuple[str, str], ...] | None = None
        self._service = access.service
        self._source = Source(access, network=network)
        self._newest: date | None = None

    @property
    def _by_key(self) -> bool:
        return self._access.keys.auth is Auth.APPLICATION_KEY

    def run(self, on_part: Callable[[int], None] = lambda _: None) -> Iterator[Step]:
        """Every step, as it is tried.

        Args:
            on_part: Told the number of parts that are over.
        """
        tried = (
            self._api, self._keys, self._hostings, self._rights,
            self._sites, self._log_host, self._newest_day, self._one_file,
        )  # fmt: skip
        broken = False
        with closing(Account(self._access.keys, self._network)) as account:
            for number, (name, part) in enumerate(zip(self.PARTS, tried, strict=True), 1):
                if broken:
                    yield Step(name, Outcome.NOT_TRIED, "Not tried, since a step above failed")
                else:
                    try:
                        yield from map(_masked, part(account))
                    except OvhLogsError as error:
                        broken = True
                        yield Step(self._failing(name, error), Outcome.BAD, error.problem, error.fix)
                on_part(number)

    def _failing(self, name: str, error: OvhLogsError) -> str:
        """The name of what failed, nearer than the part's: the refusal tells which of the keys it was."""
        reason = error.refusal.reason if isinstance(error, ApiRefused) else Reason.OTHER
        return _KEYS.get(reason, name)

    def _api(self, account: Account) -> Iterator[Step]:
        ahead = account.clock()
        region = REGIONS.get(self._access.keys.endpoint, self._access.keys.endpoint)
        yield Step("OVH API", Outcome.GOOD, f"Answers ({region})")
        if abs(ahead) < CLOCK_TOLERANCE:
            yield Step("Clock", Outcome.GOOD, "The DSS server's clock agrees with OVH's")
            return
        side = "behind" if ahead > 0 else "ahead of"
        seen = f"The DSS server's clock is {abs(ahead)} s {side} OVH's; calls carry OVH's time"
        yield Step("Clock", Outcome.WARNING, seen, "let an administrator set the clock of the DSS server (NTP)")

    def _keys(self, account: Account) -> Iterator[Step]:
        if not self._by_key:
            _allowed(account.services)  # what it may not see is told by a later step
            yield Step("Service account", Outcome.GOOD, "Known to OVH")
            return
        try:
            credential = account.credential()
        except ApiRefused as error:
            _only_a_missing_right(error)
            yield Step("Application key", Outcome.GOOD, "Known to OVH")
            fix = "nothing, unless you want to see until when it is valid"
            yield Step("Consumer key", Outcome.WARNING, "Valid; it has no right to tell until when", fix)
            return
        self._rules = credential.rules
        yield Step("Application key", Outcome.GOOD, "Known to OVH")
        yield self._validity(credential.expires)

    def _validity(self, expires: datetime | None) -> Step:
        if expires is None:
            return Step("Consumer key", Outcome.GOOD, "Valid without end")
        seen = f"Valid until {expires:%Y-%m-%d %H:%M} UTC"
        if expires - self._now > _SOON:
            return Step("Consumer key", Outcome.GOOD, seen)
        fix = f"open {key_page(self._access.keys.endpoint, self._service)} and make new keys before then"
        return Step("Consumer key", Outcome.WARNING, seen, fix)

    def _hostings(self, account: Account) -> Iterator[Step]:
        try:
            names = account.services()
        except ApiRefused as error:
            if not self._service:
                raise
            yield Step("Hostings", Outcome.WARNING, error.problem, error.fix)
        else:
            yield Step("Hostings", Outcome.GOOD, f"{len(names)}: {_listed(names)}")
        self._service = self._service or service_of(account, self._access.domain)

    def _rights(self, account: Account) -> Iterator[Step]:
        if not self._by_key:
            yield from self._actions(account)
        elif self._rules is None:
            yield Step("Rights", Outcome.NOT_TRIED, "OVH does not tell them without the right named above")
        else:
            for path in needed_paths(self._service):
                granted = any(method == "GET" and _covers(rule, path) for method, rule in self._rules)
                good, bad = (Outcome.GOOD, "Granted", ""), (Outcome.BAD, "Missing", self._right_fix(path))
                yield Step(f"Right GET {path}", *(good if granted else bad))

    def _right_fix(self, path: str) -> str:
        blank = any(rule != rule.strip() and _covers(rule.strip(), path) for _, rule in self._rules or ())
        told = "a rule of the key has a blank at its end, which makes it cover nothing: " if blank else ""
        page = key_page(self._access.keys.endpoint, self._service)
        return f"{told}open {page} and make keys there: the link asks for just the rights that are needed"

    def _actions(self, account: Account) -> Iterator[Step]:
        """What IAM grants a service account: no call tells it, so each action is tried."""
        service = self._service
        calls: dict[str, Callable[[], object]] = {
            "get": lambda: account.service(service),
            "attachedDomain/get": lambda: account.domains(service),
            "ownLogs/get": lambda: account.own_logs(service),
            "userLogsToken/get": lambda: account.token(service),
        }
        region = self._access.keys.endpoint.rpartition("-")[2]
        fix = f"add it to the service account's IAM policy on urn:v1:{region}:resource:webHosting:{service}"
        for action, call in calls.items():
            name = f"Action webHosting:apiovh:{action}"
            granted = _allowed(call)
            yield Step(name, Outcome.GOOD, "Granted") if granted else Step(name, Outcome.BAD, "Missing", fix)

    def _sites(self, account: Account) -> Iterator[Step]:
        for name, part in (("Hosting", self._hosting), ("Sites", self._domains)):
            try:
                yield part(account)
            except ApiRefused as error:
                _only_a_missing_right(error)
                yield Step(name, Outcome.NOT_TRIED, "Needs a right that is missing above")

    def _hosting(self, account: Account) -> Step:
        service = account.service(self._service)
        if service.state not in ("", "active"):
            fix = "ask OVH's support, or look into the OVH panel"
            return Step("Hosting", Outcome.WARNING, f"{self._service} is {service.state}", fix)
        return Step("Hosting", Outcome.GOOD, f"{self._service} on {service.cluster or 'an unnamed cluster'}")

    def _domains(self, account: Account) -> Step:
        domains = account.domains(self._service)
        return Step("Sites", Outcome.GOOD, f"{len(domains)}: {_listed(domains)}")

    def _log_host(self, account: Account) -> Iterator[Step]:
        self._source = located(replace(self._source, access=replace(self._access, service=self._service)), account)
        yield Step(
            "Log host", Outcome.GOOD, f"{self._source.host}/{self._source.domain}/ (days in {self._source.zone})"
        )

    def _newest_day(self, _: Account) -> Iterator[Step]:
        today = self._now.astimezone(self._source.zone).date()
        days = [today - timedelta(days=back) for back in range(_SEARCHED, 0, -1)]
        found = pipeline.published_days(self._source, only=days)
        newest = found[-1] if found else pipeline.newest_day(self._source, until=days[-1])
        if newest is None:
            raise LogMissing(
                f"The log host has no web log of the last {_SEARCHED} days",
                fix="look into the OVH panel whether the site had visitors, and whether its logs are there",
            )
        self._newest = newest
        seen = f"{newest}, {f'one of {len(found)}' if found else 'none'} in the last {_SEARCHED} days"
        if (today - newest).days <= _LATE:
            yield Step("Newest day", Outcome.GOOD, seen)
        else:
            yield Step("Newest day", Outcome.WARNING, seen, "look into the OVH panel whether later days are there")

    def _one_file(self, _: Account) -> Iterator[Step]:
        totals = Totals()
        blocks = pipeline.read_days(self._source, totals, only=self._newest, preview=True)
        with closing(blocks):
            next(blocks, None)
        counts = f"{totals.hits:,} hits, {totals.rejects:,} refused"
        seen = f"{totals.lines:,} lines at the beginning of {self._newest}: {counts}"
        if totals.lines and totals.rejects > totals.lines * self._source.max_reject_share:
            fix = "look at them with a dataset whose 'Refused lines' are rows"
            yield Step("One file", Outcome.WARNING, seen, fix)
        else:
            yield Step("One file", Outcome.GOOD, seen)


def _allowed(call: Callable[[], object]) -> bool:
    """Whether the keys have the right to a call, told by making it.

    Raises:
        OvhLogsError: It fails for another reason.
    """
    try:
        call()
    except ApiRefused as error:
        _only_a_missing_right(error)
        return False
    return True


def _only_a_missing_right(error: ApiRefused) -> None:
    """Raise the refusal again unless keys that are good lack a right."""
    if error.refusal.reason not in (Reason.RIGHT, Reason.IAM):
        raise error


def _masked(step: Step) -> Step:
    """The step without a key that stands in the form as the name of a hosting or a site."""
    return replace(step, name=masked(step.name), seen=masked(step.seen), fix=masked(step.fix))


def _covers(rule: str, path: str) -> bool:
    """Whether a rule's path covers a call: ``*`` stands for anything, and ``/x/*`` does not cover ``/x``."""
    pattern = ".*".join(map(re.escape, rule.split("*")))
    return re.fullmatch(pattern, path.replace("*", "1")) is not None


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
