"""What the form of "Enrich hits" says of referrers and of pages, and the same from rows of a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ovh_weblogs.dss.form import Form
from ovh_weblogs.errors import InputError
from ovh_weblogs.sources import RULE_MATCHES, SITE_KINDS, KnownSite, PageRule, Sources

RULE_COLUMNS = ("category", "path", "match", "host", "method", "status", "type", "conversion")


def sources(form: Form) -> Sources:
    """Hosts of one's own, those that count as none, and sites that the tables do not have."""
    return Sources(
        own_hosts=form.listed("own_hosts", Sources.own_hosts),
        ignored_hosts=form.listed("ignored_hosts", Sources.ignored_hosts),
        spam_hosts=form.listed("spam_hosts", Sources.spam_hosts),
        known_sites=tuple(_known_site(each) for _, each in form.objects("known_sites", "known site")),
    )


def _known_site(form: Form) -> KnownSite:
    return KnownSite(form.text("host"), form.choice("kind", SITE_KINDS, SITE_KINDS[0]), form.text("name"))


def page_rules(form: Form) -> tuple[PageRule, ...]:
    """The rules that are written in the form."""
    return tuple(_rule(each, f"rule {number} of the form") for number, each in form.objects("page_rules", "page rule"))


def rules_of_rows(rows: Iterable[Mapping[str, Any]], dataset: str) -> tuple[PageRule, ...]:
    """The rules of a dataset, a row each; rows without any value are passed over.

    Args:
        rows: Values by ``RULE_COLUMNS``, of which any may be absent.
        dataset: Its name, for errors.

    Raises:
        SettingsError: A value of a row cannot be used; row and value are named.
    """
    form = Form({"rules": [dict(row) for row in rows]})
    found = [
        _rule(each, f"row {number} of {dataset}")
        for number, each in form.objects("rules", f"{dataset}, row")
        if any(each.text(column) for column in RULE_COLUMNS)
    ]
    form.check("The page rules")
    return tuple(found)


def rule_columns(names: Sequence[str], dataset: str) -> list[str]:
    """The columns of a dataset of rules that are read.

    Raises:
        InputError: It has neither a category nor a conversion.
    """
    if not {"category", "conversion"} & set(names):
        raise InputError(
            f"The dataset {dataset} has no column category and no column conversion",
            fix=f"give it some of the columns {', '.join(RULE_COLUMNS)}",
        )
    return [name for name in RULE_COLUMNS if name in names]


def _rule(form: Form, place: str) -> PageRule:
    return PageRule(
        category=form.text("category"),
        path=form.text("path"),
        match=form.choice("match", RULE_MATCHES, PageRule.match),
        host=form.text("host"),
        method=form.text("method"),
        status=form.text("status"),
        type=form.text("type"),
        conversion=form.flag("conversion", default=PageRule.conversion),
        place=place,
    )
