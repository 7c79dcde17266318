"""The evaluation command: `python -m nca_controller.evaluate default`, beside commanders and the physical bound."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.io import (
    Parser,
    PluginError,
    arguments,
    check_writable,
    described,
    is_users_own,
    name_unwritable,
    paths,
    terminal,
    unknown_name,
    write_whole,
)
from nca_controller.checkpoints import CARD, RECIPE, read_recipe

RIVALS = ("plan", "local", "poisson", "gradient")
ALL = 64  # transitions of the benchmark
TERRAIN, TERRAIN_ORDERS = "terrain", 8  # the trial on a ground from a file, and its orders
ON_GROUND = {"grounds", TERRAIN}  # trials with rows of grounds
OWN_COMMANDER = "its commander"  # in tables: who commands a model's cells, alone

Row = dict[str, Any]
Trial = Callable[[Any, int], list[Row]]


def main(words: list[str] | None = None) -> None:
    """Evaluate as the command line says."""
    terminal.prepare()
    parser = make_parser()
    args = parser.parse_args(words)
    paths.look_here()
    try:
        check_writable(args.json)
        from nca_controller.controllers import (  # late, so that a mistyped flag is answered at once
            load_controller,
            model_folder,
        )
        from nca_controller.evaluation import TRIALS, check_figures, ground_orders, rehearse

        names = chosen(args.trials, "trial", list(TRIALS))
        if args.terrain is None and args.cells is not None:
            raise ValueError("--cells needs --terrain")
        if args.terrain is not None and args.card:
            raise ValueError("a card is of the benchmarks: leave --terrain out")
        trials: dict[str, Trial] = {name: TRIALS[name] for name in names}
        there = ground_orders() if "grounds" in names else []
        if args.terrain is not None:
            there = orders_there(args.terrain, args.cells, args.first)
            trials = {TERRAIN: trial_on(there)}
        rivals = [name for name in args.rivals.split(",") if name and name != args.controller]
        folder = model_folder(args.controller)
        recipe = read_recipe(folder / RECIPE) if args.card else {}
        check_writable(folder / CARD if args.card else None)
        controllers = {args.controller: load_controller(args.controller, args.commander)}
        controllers |= {name: load_controller(name) for name in rivals}
        for name, controller in controllers.items():
            rehearse(name, controller)
        if args.figures:
            with name_unwritable(args.figures):
                args.figures.mkdir(parents=True, exist_ok=True)
            check_writable(args.figures / "times.png")
            check_figures()
        own = getattr(controllers[args.controller], "commander", None)
        if own is not None and ON_GROUND & trials.keys():
            controllers[OWN_COMMANDER] = own
        results: dict[str, dict[str, list[Row]]] = {name: {} for name in controllers}
        work = [(name, trial) for name in controllers for trial in trials if runs(name, trial, args.controller)]
        with tqdm(work, unit="trial") as progress:
            for name, trial in progress:
                progress.set_description(f"{Path(name).name}: {trial}")
                results[name][trial] = trials[trial](controllers[name], args.first)
        text = report(args.controller, results, {name: trial.__doc__ or "" for name, trial in trials.items()})
        terminal.write(f"{text}\n")
        if args.json:
            with name_unwritable(args.json):
                write_whole(args.json, json.dumps(results, indent=1) + "\n")
        if args.figures:
            from nca_controller.evaluation import draw, draw_grounds

            played = [rows for trial, rows in results[args.controller].items() if trial in ON_GROUND]
            with name_unwritable(args.figures):
                if trials.keys() - ON_GROUND:
                    draw(controllers[args.controller], results, args.figures)
                for rows in played:
                    draw_grounds(controllers[args.controller], there, rows, args.figures)
        if args.card:
            write_card(folder, recipe, text, f"python -m nca_controller.evaluate {shlex.join(words or sys.argv[1:])}")
    except PluginError as error:
        parser.error(described(error))
    except (ValueError, OSError, FloatingPointError) as error:
        if is_users_own(error):
            raise
        parser.error(str(error))


def runs(name: str, trial: str, controller: str) -> bool:
    """Return whether one is put to a trial: the controller to all, rivals to orders, its commander to grounds."""
    if name == controller:
        return True
    return trial in ON_GROUND if name == OWN_COMMANDER else trial in ("orders", TERRAIN)


def orders_there(terrain: Path, cells: int | None, count: int) -> list[Any]:
    """Return orders on the ground in a file. Raises FileError or FormationError, one line, for one that serves not."""
    from nca_controller.evaluation import orders_on, read_ground

    return orders_on(read_ground(terrain, cells), min(count, TERRAIN_ORDERS))


def trial_on(orders: list[Any]) -> Trial:
    """Return the trial of those orders."""
    from nca_controller.evaluation import on_ground

    def trial(controller: Any, count: int) -> list[Row]:
        """Orders between random places of the ground in the file, beside the bound that knows gates."""
        return [on_ground(controller, order) for order in orders[:count]]

    return trial


def report(controller: str, results: dict[str, dict[str, list[Row]]], descriptions: dict[str, str]) -> str:
    """Return all tables: the comparison first, then every trial of the controller."""
    from nca_controller.evaluation import comparison, ground_comparison, table

    parts = []
    compared = {Path(name).name: trials["orders"] for name, trials in results.items() if "orders" in trials}
    if compared:
        parts.append(f"{len(next(iter(compared.values())))} orders, 400 ticks each.\n\n{comparison(compared)}")
    for trial in ON_GROUND & results[controller].keys():
        played = {Path(name).name: trials[trial] for name, trials in results.items() if trial in trials}
        parts.append(f"{len(results[controller][trial])} orders on grounds.\n\n{ground_comparison(played)}")
    for trial, rows in results[controller].items():
        parts.append(f"### {trial}\n\n{descriptions[trial]}\n\n{table(rows)}")
    return "\n\n".join(parts)


def write_card(folder: Path, recipe: dict[str, Any], text: str, command: str) -> None:
    """Write the model's card: the recipe that training left in the folder, and the tables."""
    card = f"""# {folder.name}

An AdvectionNCA on the orders of the commander `{recipe["config"]["guidance"]}`. Written by `{command}`; do not edit.

{trained(recipe)}

## Figures

The benchmark is `nca_controller/tasks/benchmark.py`: all formations, turned anyhow, shifted up to 40 cells,
three masses, two fields. Times are in ticks: `bound` is the physical one (partial bottleneck transport over the top
speed), t95, t98 and t99 are when the overlap first is 0.95, 0.98 and 0.99, `excess` is t95 less the bound. Where that
never is, t98 and t99 count as 400 in their means, and t95 is left out and counted in `never`. `speed` is what the mass
is ordered to have at the end, as a share of the top speed; `kept` is the total at the end over that at the start.

{text}
"""
    with name_unwritable(folder / CARD):
        write_whole(folder / CARD, card)


def trained(recipe: dict[str, Any]) -> str:
    """Return how a model was trained, and before it the model that it went on from."""
    versions = ", ".join(f"{name} {number}" for name, number in recipe["versions"].items())
    how = f"{recipe['iterations done']} iterations in\n{recipe['minutes']} minutes ({recipe['device']}; {versions})"
    text = f"""Trained from preset `{recipe["preset"]}` at commit {recipe["commit"]}: {how}.

| field | value |
|---|---|
"""
    text += "\n".join(f"| {name} | {value} |" for name, value in recipe["config"].items())
    if "start" in recipe:
        text += f"\n\nIt started from this model:\n\n{trained(recipe['start'])}"
    return text


def chosen(words: str, what: str, choices: list[str]) -> list[str]:
    """Return the names in a list with commas, all of them for "all". Raises ValueError for an unknown one."""
    names = choices if words == "all" else words.split(",")
    for name in names:
        if name not in choices:
            raise ValueError(unknown_name(what, name, choices))
    return names


def make_parser() -> Parser:
    """Return the command line."""
    prog = terminal.program("python -m nca_controller.evaluate")
    parser = Parser(prog=prog, description="Measure a controller beside its rivals.")
    add = parser.add_argument
    add("controller", help="a model's name or folder, a commander, a plugin's name, or package.module:name")
    add("--commander", metavar="NAME", help="who commands the model's cells, where that is no installed one")
    add("--trials", metavar="LIST", default="all", help="orders,vigil,wounds,haste,sizes,unseen,grounds (all)")
    add("--rivals", metavar="LIST", default=",".join(RIVALS), help=f"who gets the same orders ({','.join(RIVALS)})")
    add("--first", metavar="N", type=arguments.count, default=ALL, help="only so many rows of each trial (all)")
    add("--terrain", metavar="FILE", type=Path, help="orders on this ground instead: a PNG or an octile .map")
    add("--cells", metavar="N", type=arguments.side, help="with --terrain: cells along its longer side (its own size)")
    add("--json", metavar="FILE", type=Path, help="write every figure there, too")
    add("--figures", metavar="FOLDER", type=Path, help="draw there: t95 beside the bound, GIFs of orders and grounds")
    add("--card", action="store_true", help="write the tables and the recipe into the model's card")
    return parser


if __name__ == "__main__":
    main()
