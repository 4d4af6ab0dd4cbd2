"""Small line plots as inline SVG: one metric over runs, and a strip of all cases of a run."""

from __future__ import annotations

from collections.abc import Sequence

from evals.page import text

_W, _H, _PAD = 272, 90, 26


def line(title: str, labels: Sequence[str], values: Sequence[float | None]) -> str:
    """Values from 0 to 1 over runs; a run without a value leaves a gap. The scale starts where the values do."""
    known = [v for v in values if v is not None]
    if not known:
        return ""
    low = max(0.0, min(known) - 0.05)
    span = max(1.0 - low, 0.05)
    step = (_W - 2 * _PAD) / max(len(values) - 1, 1)
    points = [
        (_PAD + i * step, _H - 20 - (v - low) / span * (_H - 44), v, labels[i])
        for i, v in enumerate(values)
        if v is not None
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _, _ in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="var(--good)"><title>{text(label)}：{v:.3f}</title></circle>'
        for x, y, v, label in points
    )
    return (
        f'<svg width="{_W}" height="{_H}" viewBox="0 0 {_W} {_H}" role="img" aria-label="{text(title)}">'
        f'<text x="{_PAD}" y="14">{text(title)} {known[-1]:.3f}</text>'
        f'<line x1="{_PAD}" x2="{_W - _PAD}" y1="{_H - 20}" y2="{_H - 20}" stroke="var(--line)"/>'
        f'<text x="0" y="{_H - 17}">{low:.2f}</text><text x="4" y="{_H - 60}">1.0</text>'
        f'<polyline points="{path}" fill="none" stroke="var(--good)" stroke-width="1.5"/>{dots}</svg>'
    )


def heat(value: float | None) -> str:
    """A background for a score: green at 1, red at 0.5 and under; none where unscored."""
    if value is None:
        return ""
    bad = min(1.0, max(0.0, (1 - value) / 0.5))
    return f"background:color-mix(in srgb,var(--cut) {bad * 100:.0f}%,var(--put))"
