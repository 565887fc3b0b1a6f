"""Why lines are read as lines of one format and not of another, in words for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ovh_weblogs.parsing import formats, values
from ovh_weblogs.parsing.formats import Refusal


def explain(lines: Sequence[bytes]) -> str:
    """Which formats these lines have, how many have each, and what told so; one sentence without a final stop.

    Args:
        lines: Some lines of an access log, without line feeds; blank ones are passed over.
    """
    texts = [values.decoded(line) for line in lines if line.strip()]
    told = Counter(_format_of(text) for text in texts)
    if not texts:
        return "no line but blank ones"
    parts = [
        f"{told[form.name]} of {len(texts)} as {form.name}" + (f" ({form.claim.why})" if form.claim else "")
        for form in formats.AUTO
        if told[form.name]
    ]
    if told[None]:
        parts.append(f"{told[None]} of {len(texts)} as none of {', '.join(form.name for form in formats.AUTO)}")
    return "of its first lines are read " + ", ".join(parts)


def _format_of(text: str) -> str | None:
    matching = (form.name for form in formats.AUTO if not isinstance(form.match(text, competing=True), Refusal))
    return next(matching, None)
