"""Rows of figures as Markdown tables, and their summary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Row = dict[str, Any]
REST_TICKS = 400  # ticks after which an order counts as at rest
WORST = (1.5, 20.0)  # of the bound, and ticks more: the latest that an order on a ground may take
MEAN = (1.3, 10.0)  # the same for the mean over grounds
DIGITS = {"overlap": 4, "after five": 4, "after one": 4, "bound": 1, "drift": 4, "speed": 4, "kept": 3, "stuck": 3}


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


def bar(least: Any) -> Any:
    """Return the latest tick at which an order on a ground may reach an overlap of 0.95, from its bound."""
    return WORST[0] * least + WORST[1]


def ground_comparison(results: dict[str, list[Row]]) -> str:
    """Return the summary of the grounds, a line for each controller; the first is compared with each of them."""
    lines, first = [], None
    for name, rows in results.items():
        bounds = np.array([row["bound"] for row in rows])
        times = np.array([np.inf if row["t95"] is None else row["t95"] for row in rows], dtype=np.float64)
        excess, ratios = float((times - bounds).mean()), times / bounds
        first = excess if first is None else first
        allowed = MEAN[0] * bounds.mean() + MEAN[1]
        lines.append(
            {
                "controller": name,
                "bound mean": f"{bounds.mean():.1f}",
                "t95 mean": f"{times.mean():.1f}",
                f"at most {MEAN[0]} x bound + {MEAN[1]:g}": "yes" if times.mean() <= allowed else "NO",
                "t95 / bound mean": f"{ratios.mean():.3f}",
                "worst": f"{ratios.max():.3f}",
                f"over {WORST[0]} x bound + {WORST[1]:g}": str(int((times > bar(bounds)).sum())),
                "never": str(int(np.isinf(times).sum())),
                "excess": f"{excess:.1f}",
                "first's excess over it": f"{first / excess:.3f}"
                if excess and np.isfinite([first, excess]).all()
                else "-",
                "overlap mean": f"{np.mean([row['overlap'] for row in rows]):.4f}",
                "least": f"{min(row['overlap'] for row in rows):.4f}",
                "speed, most": f"{max(row['speed'] for row in rows):.4f}",
                "stuck, most": f"{max(row['stuck'] for row in rows):.3f}",
                "mass kept": "exact" if all(row["kept"] == 1 for row in rows) else "NO",
                "closed cells": "empty" if all(row["closed cells"] == "empty" for row in rows) else "NOT EMPTY",
            }
        )
    return table(lines)
