"""The parts of the visitors recipe's form that prepare learning: labels, and the CRM that is joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from ovh_weblogs.column import Type
from ovh_weblogs.dss.form import DAY, Form, iso_day
from ovh_weblogs.features import bounds
from ovh_weblogs.settings import SessionSettings
from ovh_weblogs.visitored import CrmSettings, Label, LabelKind

LONGEST_HORIZON = 3660  # days: ten years
TYPES = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), Type.BIGINT),
    **dict.fromkeys(("float", "double"), Type.DOUBLE),
    "date": Type.INSTANT,
}


def label(form: Form) -> Label:
    """Which labels rows get; faults are noted in the form, but those of fields that it does not show."""
    kind = LabelKind(form.choice("label", tuple(kind.value for kind in LabelKind), Label.kind.value))
    if kind is not LabelKind.SNAPSHOT:
        return Label(kind)
    found = [_instant(text) for text in form.listed("cutoffs", ())]
    if None in found:
        form.faults.append("cutoffs must be days such as 2026-01-31, or instants such as 2026-01-31T10:00:00+01:00")
    return Label(
        kind=kind,
        cutoffs=tuple(sorted({cutoff for cutoff in found if cutoff is not None})),
        horizon_days=form.whole("horizon_days", Label.horizon_days, low=1, high=LONGEST_HORIZON),
        lookback_days=form.whole("lookback_days", Label.lookback_days, low=0, high=LONGEST_HORIZON),
    )


def crm(form: Form, zone: tzinfo) -> CrmSettings:
    """How a CRM is joined, the zone that of times without one; its key is empty where none is chosen."""
    return CrmSettings(
        key=form.text("crm_key"),
        identifier=form.text("crm_identifier", CrmSettings.identifier),
        date=form.text("crm_date", CrmSettings.date),
        zone=zone,
    )


def types_of(columns: Sequence[Mapping[str, Any]]) -> dict[str, Type]:
    """As which types a dataset's columns are read, by name.

    Args:
        columns: As DSS writes a schema.
    """
    return {str(column["name"]): TYPES.get(str(column["type"]), Type.STRING) for column in columns}


def _instant(text: str) -> int | None:
    """Microseconds since 1970 of an instant, or of a day's begin where visits have their days; None of others."""
    if DAY.fullmatch(text):
        day = iso_day(text)
        return bounds(day, SessionSettings().day_zone)[0] if day else None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return round(moment.timestamp() * 1_000_000) if moment.tzinfo else None
