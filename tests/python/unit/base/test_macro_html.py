"""A macro's HTML outside DSS: as Markdown, and as a page."""

from __future__ import annotations

from dev.macrohtml import page, table

HTML = (
    "<p>Something is wrong.</p><table><tr><th></th><th>Step</th><th>To do</th></tr>"
    '<tr><td title="bad">✗</td><td>A|B /x/* &lt;b&gt; [c]</td>'
    '<td>open <a href="https://example.org/?a=1&amp;b=/*">the page</a> now</td></tr></table>'
)


def test_a_table_becomes_markdown_with_its_links_and_no_other_markup():
    assert table(HTML).markdown == (
        "Something is wrong.\n\n"
        "|  | Step | To do |\n"
        "|---|---|---|\n"
        r"| ✗ | A\|B /x/\* \<b> \[c] | open [the page](https://example.org/?a=1&b=/*) now |"
    )


def test_rows_tell_their_outcomes():
    assert table(HTML).outcomes == ["", "bad"]


def test_the_page_runs_nothing_and_takes_a_title_as_text():
    shown = page("<script>alert(1)</script>", HTML)
    assert "<script" not in shown
    assert HTML in shown
    assert "default-src 'none'" in shown
