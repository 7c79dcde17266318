"""Rows of figures as Markdown tables, and their summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Row = dict[str, Any]
REST_TICKS = 400  # ticks after which an order counts as at rest
DIGITS = {"overlap": 4, "after five": 4, "after one": 4, "bound": 1, "drift": 4, "speed": 4, "kept": 3}


def table(rows: Sequence[Row]) -> str:
    """Return rows that have the same columns as a Markdown table; a dash stands for what never happened."""
    lines = [f"| {' | '.join(rows[0])} |", "|---" * len(rows[0]) + "|"]
    lines += [f"| {' | '.join(cell(name, value) for name, value in row.items())} |" for row in rows]
    return "\n".join(lines)


def cell(name: str, value: Any) -> str:
    """Return one figure as text."""
    if value is None:
        return "-"
    return f"{value:.{DIGITS.get(name, 2)}f}" if isinstance(value, float) else str(value)


def comparison(results: dict[str, list[Row]]) -> str:
    """Return the benchmark's summary, a line for each controller."""
    lines = []
    for name, rows in results.items():
        bounds = np.array([row["bound"] for row in rows])
        times = np.array([np.nan if row["t95"] is None else row["t95"] for row in rows], dtype=np.float64)
        met = ~np.isnan(times)
        late = {
            name: np.mean([REST_TICKS if row[name] is None else row[name] for row in rows]) for name in ("t98", "t99")
        }
        lines.append(
            {
                "controller": name,
                "overlap mean": f"{np.mean([row['overlap'] for row in rows]):.4f}",
                "worst": f"{min(row['overlap'] for row in rows):.4f}",
                "bound mean": f"{bounds.mean():.2f}",
                "t95 mean": f"{times[met].mean():.2f}" if met.any() else "-",
                "excess": f"{(times - bounds)[met].mean():.2f}" if met.any() else "-",
                "never": str(int((~met).sum())),
                "over 1.15 x bound + 4": str(int((times[met] > 1.15 * bounds[met] + 4).sum())),
                **{f"{name} mean": f"{mean:.2f}" for name, mean in late.items()},
                "speed, most": f"{max(row['speed'] for row in rows):.4f}",
                "mass kept": "exact" if all(row["kept"] == 1 for row in rows) else "NO",
            }
        )
    return table(lines)
