"""The evaluation command: `python -m nca_controller.evaluate trained_models/default`, beside plan and Poisson."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from engine.command_line import Parser, check_writable, count, grid, positive, unknown_name

if TYPE_CHECKING:
    from nca_controller.evaluation.battles import Figures

CARD, RECIPE = "CARD.md", "recipe.json"
RIVALS = ("plan", "poisson")


def main(words: list[str] | None = None) -> None:
    """Evaluate as the command line says."""
    parser = make_parser()
    args = parser.parse_args(words)
    try:
        check_writable(args.json)
        from nca_controller.controllers import (  # late, so that a mistyped flag is answered at once
            load_controller,
            model_folder,
        )
        from nca_controller.evaluation.battles import evaluate
        from nca_controller.physics import LIMITERS

        if args.scheme not in LIMITERS:
            raise ValueError(unknown_name("scheme", args.scheme, LIMITERS))
        folder = model_folder(args.controller)
        if args.card and not (folder / RECIPE).is_file():
            raise ValueError(f"no card can be written: {folder / RECIPE} is missing; training leaves it there")
        names = [args.controller, *(name for name in RIVALS if name != args.controller)]
        controllers = {name: load_controller(name) for name in names}
        results: dict[str, list[Figures]] = {}
        for name, controller in controllers.items():
            battles = evaluate(controller, args.grid, args.mass, args.ticks, LIMITERS[args.scheme])
            results[name] = list(tqdm(battles, desc=name, unit="battle"))
    except (ValueError, OSError, FloatingPointError) as error:
        parser.error(str(error))
    height, width = args.grid.grid
    text = tables(results, f"{width}x{height} cells, mass {args.mass:g}, {args.ticks} ticks, scheme {args.scheme}")
    print(text)
    if args.json:
        rows = {name: [asdict(row) for row in figures] for name, figures in results.items()}
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    if args.card:
        command = " ".join(["python -m nca_controller.evaluate", args.controller, "--card"])
        write_card(folder, text, command)


def tables(results: dict[str, list[Figures]], setting: str) -> str:
    """Return the comparison of the controllers and then each one's battles, as Markdown."""
    parts = [f"All ordered pairs of formations, {setting}.", comparison(results)]
    parts += [f"### {Path(name).name}\n\n{battles(figures)}" for name, figures in results.items()]
    return "\n\n".join(parts)


def comparison(results: dict[str, list[Figures]]) -> str:
    """Return a table with one line per controller."""
    columns = (
        "controller", "overlap mean", "worst", "t90 mean", "t95 mean", "worst", "never 0.95", "speed", "mass kept"
    )  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, figures in results.items():
        t90 = [row.t90 for row in figures if row.t90 is not None]
        t95 = [row.t95 for row in figures if row.t95 is not None]
        cells = (
            Path(name).name,
            f"{np.mean([row.overlap for row in figures]):.4f}",
            f"{min(row.overlap for row in figures):.4f}",
            mean_ticks(t90),
            mean_ticks(t95),
            str(max(t95)) if t95 else "-",
            str(len(figures) - len(t95)),
            f"{np.mean([row.restlessness for row in figures]):.4f}",
            "exact" if all(row.conservation == 1 for row in figures) else f"{min(row.conservation for row in figures)}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def mean_ticks(ticks: Sequence[int]) -> str:
    """Return the mean with one digit, or a dash where there is nothing to average."""
    return f"{np.mean(ticks):.1f}" if ticks else "-"


def battles(figures: Sequence[Figures]) -> str:
    """Return a table with one line per battle."""
    lines = ["| from | to | MSE | conservation | overlap at rest | t90 | t95 |", "|---|---|---|---|---|---|---|"]
    for row in figures:
        times = " | ".join("-" if ticks is None else str(ticks) for ticks in (row.t90, row.t95))
        lines.append(
            f"| {row.source} | {row.target} | {row.mse:.6f} | {row.conservation:.3f} | {row.overlap:.4f} | {times} |"
        )
    return "\n".join(lines)


def write_card(folder: Path, text: str, command: str) -> None:
    """Write the model's card: the recipe that training left in the folder, and the tables."""
    recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
    config = "\n".join(f"| {name} | {value} |" for name, value in recipe["config"].items())
    versions = ", ".join(f"{name} {number}" for name, number in recipe["versions"].items())
    card = f"""# {folder.name}

An AdvectionNCA that steers on the commander's transport plan. Written by `{command}`; do not edit.

Trained from preset `{recipe["preset"]}` at commit {recipe["commit"]} in {recipe["minutes"]} minutes
({recipe["device"]}; {versions}).

| field | value |
|---|---|
{config}

## Figures

MSE is per cell; times are in ticks until the overlap with the target first is 0.90 or 0.95; conservation is the total
at the end over the total at the start; the speed is what the mass is told in the last tick, as a share of the
top speed.

{text}
"""
    (folder / CARD).write_text(card, encoding="utf-8")


def make_parser() -> Parser:
    """Return the command line."""
    parser = Parser(
        prog="python -m nca_controller.evaluate", description="Measure a controller beside plan and Poisson."
    )
    add = parser.add_argument
    add("controller", help="a model's folder, or its name in trained_models/, or plan, or poisson")
    add("--grid", metavar="WxH", type=grid, default="192x128", help="the field's size in cells (192x128)")
    add("--mass", metavar="M", type=positive, default=1000.0, help="the army's mass (1000)")
    add("--ticks", metavar="N", type=count, default=400, help="length of each battle (400)")
    add("--scheme", metavar="NAME", default="superbee", help="the transport's limiter (superbee)")
    add("--json", metavar="FILE", type=Path, help="write every figure there, too")
    add("--card", action="store_true", help="write the tables and the recipe into the model's card")
    return parser


if __name__ == "__main__":
    main()
