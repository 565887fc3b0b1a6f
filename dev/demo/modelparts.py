"""The report's parts about models and segments."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dev.demo.insights import Insights, Lesson
from dev.demo.learning import SHUFFLES, Telling
from dev.demo.parts import none
from dev.demo.segments import Segment
from dev.demo.snapshots import HORIZON, LOOKBACK
from dev.demo.texts import brief, counted, html, long_day, share

FEW = "Too few people came more than once for groups of them to be told apart."
SAME = "Too few people came for features to be compared."
_WAYS = {True: "more: likelier", False: "more: less likely", None: "by its value"}


def rows(lesson: Lesson) -> list[tuple[str, float, float]]:
    """Models, the best first, then what they are to be seen against; each with ROC AUC and PR AUC."""
    ranked = sorted(lesson.models, key=lambda model: -model.score.roc)
    found = [(model.name, model.score.roc, model.score.pr) for model in ranked]
    if lesson.ceiling:
        found.append(("True probabilities: the ceiling", lesson.ceiling.roc, lesson.ceiling.pr))
    return [*found, (f"Labels shuffled, mean of {SHUFFLES}", lesson.chance.mean, lesson.converts / lesson.tried)]


def texts(found: Insights) -> dict[str, str]:
    """The parts by their places in the template."""
    lesson = found.lesson
    return {
        "lesson": _lead(lesson) if lesson else "Whether people convert within a week, by what they did before.",
        "models": (_table(lesson) + _note(lesson)) if lesson else none(found.why),
        "tellings": _tellings(lesson.tellings) if lesson else none(found.why),
        "segments": _segments(found.segments),
    }


def _lead(lesson: Lesson) -> str:
    return escape(
        f"Whether people convert within {HORIZON} days after a cutoff, by their hits of the {LOOKBACK} days before it. "
        f"Taught with {counted(lesson.learnt, 'row')} of earlier cutoffs, of which {brief(lesson.learnt_converts)} "
        f"convert; tried on {brief(lesson.tried)} of {long_day(lesson.trial)}, of which {brief(lesson.converts)} do."
    )


def _table(lesson: Lesson) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Model", "ROC AUC", "PR AUC"))
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{roc:.3f}</td><td>{pr:.3f}</td></tr>'
        for name, roc, pr in rows(lesson)
    )
    return f'<table class="models"><thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table>'


def _note(lesson: Lesson) -> str:
    few = f"With {counted(lesson.converts, 'convert')} in the trial, chance alone moves a ROC AUC by {lesson.error:.2f}"
    return f'<p class="note">{few}, and the mean with shuffled labels by {lesson.chance.error:.2f}.</p>'


def _tellings(found: Sequence[Telling]) -> str:
    if not found:
        return none("No feature tells anything that the others do not.")
    most = found[0].loss
    items = "\n".join(
        f'<li class="row" style="--share:{each.loss / most:.3f}"><span>{_column(each.feature)}</span> '
        f"<b>{each.loss:.3f} <small>{_WAYS[each.rises]}</small></b></li>"
        for each in found
    )
    head = '<div class="head"><span>Feature</span><span>ROC AUC lost</span></div>'
    return f'{head}\n<ol class="ranking">\n{items}\n</ol>'


def _column(name: str) -> str:
    return f"<code>{html(name).replace('_', '_<wbr>')}</code>"


def _segments(found: Sequence[Segment]) -> str:
    if not found:
        return none(FEW)
    whole = sum(segment.people for segment in found)
    most = max(segment.people for segment in found)
    items = "\n".join(
        f'<li><div class="row" style="--share:{each.people / most:.3f}"><span>{html(each.name)}</span> '
        f"<b>{brief(each.people)} <small>{escape(share(each.people, whole))}</small></b></div>"
        f'<p class="profile">{html(each.profile)}</p></li>'
        for each in found
    )
    return f'<div class="head"><span>Segment</span><span>People</span></div>\n<ol class="ranking">\n{items}\n</ol>'
