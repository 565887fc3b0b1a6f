"""The plot of what goes together."""

from __future__ import annotations

import plotly.graph_objects as go

from dev.demo.insights import Correlation
from dev.demo.plots import laid_out
from dev.demo.texts import label

_CELL = 24  # pixels
_NAMES = 120  # pixels, below the cells


def correlated(found: Correlation | None) -> go.Figure | None:
    """A heatmap of the correlations; none where none is known."""
    if found is None:
        return None
    names = [label(name) for name in found.names]
    values = [[None if value != value else value for value in row] for row in found.values]  # noqa: PLR0124 - NaN
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=names,
            y=names,
            zmin=-1,
            zmax=1,
            xgap=1,
            ygap=1,
            meta="signed",
            showscale=False,
            hovertemplate="%{y}, %{x}: %{z:.2f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", showgrid=False, ticklabelstandoff=4)
    figure.update_xaxes(showgrid=False, tickangle=-90)
    return laid_out(figure, _CELL * len(names) + _NAMES)
