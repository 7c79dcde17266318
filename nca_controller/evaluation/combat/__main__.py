"""The command that puts the laws of battle to trials: `python -m nca_controller.evaluation.combat kinds random`."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.io import (
    Parser,
    arguments,
    check_writable,
    name_unwritable,
    terminal,
    unknown_name,
    write_table,
    write_whole,
)
from nca_controller.evaluation.combat import comparisons, duels, random_battles
from nca_controller.evaluation.tables import Row, table

SEED = 21
PAGE = Path(__file__).parents[3] / "docs" / "units.md"

Work = Callable[..., Row]  # of a number and a seed
Summary = Callable[[list[Row]], Row]


class Trial:
    """Battles by number, what their rows come to, and what is said about them."""

    def __init__(self, count: Callable[[], int], work: Work, summary: Summary | None, about: str) -> None:
        self.count, self.work, self.summary, self.about = count, work, summary, about


def one_of(encounters: Callable[[], list[Any]], play: Callable[..., Row], number: int, seed: int) -> Row:
    """Return the row of one of a trial's encounters."""
    return play(encounters()[number])


def duration(number: int, seed: int) -> Row:
    """Return the row of one of the durations."""
    return duels.timed(*duels.durations()[number])


def random_battle(number: int, seed: int) -> Row:
    """Return the row of one random battle."""
    return random_battles.fought(random_battles.encounter(number, seed))


def size_of_cells(number: int, seed: int) -> Row:
    """Return the row of one duel in cells of several sizes."""
    return comparisons.cells(number)


def not_beaten(rows: list[Row]) -> Row:
    """Return who wins all that it fights."""
    return {"wins every duel": ", ".join(duels.unbeaten(rows)) or "nobody"}


def met(rows: list[Row]) -> Row:
    """Return how many durations are as they should be."""
    return {"durations": len(rows), "met": sum(row["met"] == "yes" for row in rows)}


TRIALS = {
    "kinds": Trial(
        lambda: len(duels.kinds()),
        partial(one_of, duels.kinds, duels.frontal),
        not_beaten,
        "Blocks of 384 soldiers, 24 m wide, front to front.",
    ),
    "formations": Trial(
        lambda: len(duels.formations()),
        partial(one_of, duels.formations, duels.frontal),
        not_beaten,
        "384 of heavy infantry, front to front, each in its formation.",
    ),
    "attacks": Trial(
        lambda: len(duels.attacks()),
        partial(one_of, duels.attacks, duels.flanked),
        None,
        "Who is hit is pinned in front by an equal; seconds count from when who comes is in contact.",
    ),
    "durations": Trial(lambda: len(duels.DURATIONS), duration, met, "How long it takes until somebody breaks."),
    "random": Trial(
        lambda: random_battles.COUNT,
        random_battle,
        random_battles.summary,
        "Random battles at 48 x 48, 3,000 ticks each; walls in a third.",
    ),
    "cells": Trial(
        lambda: len(comparisons.unequal_duels()),
        size_of_cells,
        comparisons.cells_summary,
        "Duels at a walk, in cells of three sizes, until the first break.",
    ),
    "swapped": Trial(
        lambda: comparisons.NUMBERS,
        comparisons.swapped,
        comparisons.swapped_summary,
        "Random battles, and the same with sides and ends swapped.",
    ),
    "nca": Trial(
        lambda: comparisons.NUMBERS,
        comparisons.steered,
        comparisons.steered_summary,
        "The default NCA against its own commander, in battles that begin as their mirror images.",
    ),
}


def main(words: list[str] | None = None) -> None:
    """Fight as the command line says."""
    terminal.prepare()
    parser = make_parser()
    args = parser.parse_args(words)
    try:
        for name in args.trials:
            if name not in TRIALS:
                raise ValueError(unknown_name("trial", name, TRIALS))
        check_writable(args.json)
        results = {name: fought(name, args.first, args.seed, args.jobs) for name in args.trials or TRIALS}
        for name, rows in results.items():
            lines = said(name, rows)
            terminal.write("\n".join([f"### {name}", "", TRIALS[name].about, "", *lines, ""]) + "\n")
            if args.docs:
                write_table(PAGE, f"trial: {name}", lines)
        if args.json:
            with name_unwritable(args.json):
                write_whole(args.json, json.dumps(results, indent=1) + "\n")
    except (ValueError, OSError) as error:
        parser.error(str(error))


def said(name: str, rows: list[Row]) -> list[str]:
    """Return the tables of a trial, line by line."""
    summary = TRIALS[name].summary
    return [*table(rows).split("\n"), *(["", *table([summary(rows)]).split("\n")] if summary else [])]


def fought(name: str, first: int | None, seed: int, jobs: int) -> list[Row]:
    """Return the rows of a trial, in the order of their numbers, worked out by so many processes."""
    trial, count = TRIALS[name], TRIALS[name].count()
    numbers = range(min(first or count, count))
    work = partial(trial.work, seed=seed)
    if jobs == 1:
        return list(watched(name, map(work, numbers), len(numbers)))
    from nca_controller.evaluation.combat import __main__ as importable  # which a process that begins anew finds

    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        rows = pool.imap(partial(importable.in_process, name, seed), numbers)
        return list(watched(name, rows, len(numbers)))


def in_process(name: str, seed: int, number: int) -> Row:
    """Return the row of a trial's battle of that number, in a process of its own."""
    return TRIALS[name].work(number, seed)


def watched(name: str, rows: Iterable[Row], count: int) -> Iterable[Row]:
    """Yield the rows with a bar of progress."""
    return tqdm(rows, desc=name, total=count, unit="battle")


def make_parser() -> Parser:
    """Return the command line."""
    prog = terminal.program("python -m nca_controller.evaluation.combat")
    parser = Parser(prog=prog, description="Put the laws of battle to their trials.")
    add = parser.add_argument
    add("trials", nargs="*", metavar="TRIAL", help=f"which of {', '.join(TRIALS)} (all)")
    add("--first", metavar="N", type=arguments.count, help="only so many battles of each (all)")
    add("--seed", metavar="N", type=arguments.seed, default=SEED, help=f"what random battles are drawn from ({SEED})")
    add("--jobs", metavar="N", type=arguments.count, default=1, help="processes that share the battles (1)")
    add("--json", metavar="FILE", type=Path, help="write every figure there, too")
    add("--docs", action="store_true", help="write the tables into docs/units.md")
    return parser


if __name__ == "__main__":
    main()
