"""The command line of the benchmark."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.io import (
    ROOT,
    InputError,
    Parser,
    arguments,
    check_writable,
    name_unwritable,
    terminal,
    write_table,
    write_whole,
)
from nca_controller.benchmark import machine, simulations
from nca_controller.jax_config import first_device

PROGRAM = "python -m nca_controller.benchmark"
PARTS = ("simulations", "machine")
LIMIT = 210.0  # seconds after which nothing more is begun
SHARE = 0.5  # of them that the simulations have where both parts are measured
SIZES = {"simulations": (128, 256), "machine": (128, 256, 512, 1024)}
REGIMENTS = (1, 4, 12)
PAGE, TABLE = ROOT / "README.md", "simulations"


def main(words: list[str] | None = None) -> None:
    """Measure as the command line says."""
    terminal.prepare()
    parser = Parser(
        prog=PROGRAM, description="Measure this machine: simulations side by side, and what JAX does on it."
    )
    parser.add_argument("--out", metavar="FILE", type=Path, default=Path("maniple-benchmark.md"), help="the tables")
    parser.add_argument("--only", choices=PARTS, help="measure that part alone")
    parser.add_argument("--sizes", metavar="N,N", type=counts, help="widths of square fields")
    parser.add_argument(
        "--regiments", metavar="N,N", type=counts, default=REGIMENTS, help="of the simulations' battles"
    )
    parser.add_argument("--limit", metavar="SECONDS", type=float, default=LIMIT, help="begin nothing after that")
    parser.add_argument("--docs", action="store_true", help="write the table of simulations into README.md, too")
    args = parser.parse_args(words)
    parts = (args.only,) if args.only else PARTS
    try:
        check_writable(args.out, ".md")
        if args.docs and "simulations" not in parts:
            parser.error("--docs needs the simulations, and --only leaves them out")
        lines: list[str] = []
        table: list[str] = []
        for line in measured(parts, args, table):
            terminal.write(f"{line}\n")
            lines.append(line)
        with name_unwritable(args.out):
            write_whole(args.out, "\n".join(lines) + "\n")
        if args.docs:
            write_table(PAGE, TABLE, table)
    except InputError as error:
        parser.error(str(error))


def counts(text: str) -> tuple[int, ...]:
    """Return whole numbers above 0 with commas between them."""
    return tuple(arguments.count(number) for number in text.split(","))


def measured(parts: tuple[str, ...], args: argparse.Namespace, table: list[str]) -> Iterator[str]:
    """Yield all lines, as they are measured, and keep those of the table of simulations."""
    begun = time.perf_counter()
    first_device()

    def past(share: float) -> Callable[[], bool]:
        return lambda: time.perf_counter() - begun > share * args.limit

    yield from machine.head()
    if "simulations" in parts:
        late = past(1.0 if args.only else SHARE)
        for line in side_by_side(args.sizes or SIZES["simulations"], args.regiments, late):
            table.append(line)
            yield line
        yield ""
    if "machine" in parts:
        yield from machine.table(args.sizes or SIZES["machine"], past(1.0))
    yield f"\nMeasured in {time.perf_counter() - begun:.0f} seconds."


def side_by_side(sizes: tuple[int, ...], regiments: tuple[int, ...], late: Callable[[], bool]) -> Iterator[str]:
    """Yield the table of simulations."""

    def warn(line: str) -> None:
        terminal.warn(line, PROGRAM)

    yield from simulations.rows(simulations.contenders(warn), sizes, regiments, late, warn)


if __name__ == "__main__":
    main()
