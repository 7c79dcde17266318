"""The training command: a preset, changed field by field on the command line, and where the model goes."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from argparse import Namespace
from dataclasses import asdict, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from engine.io import (
    Parser,
    PluginError,
    __version__,
    arguments,
    described,
    is_users_own,
    keep_compiled,
    name_unwritable,
    paths,
    terminal,
    unknown_name,
    write_whole,
)
from engine.plugin import is_reference
from nca_controller.checkpoints import RECIPE, read_recipe
from nca_controller.jax_config import cache_compiled, first_device
from nca_controller.training import processes
from nca_controller.training.config import KINDS, PRESETS, Config, check_resumable

if TYPE_CHECKING:
    from nca_controller.training.runs import Run

RUNS = Path("runs")
FLAGS = {
    "guidance": ("--commander",),
    "metrics": ("--metric",),
    "optimiser": ("--optimizer",),
}  # beside the field's own


def main(words: list[str] | None = None) -> None:
    """Train as the command line says."""
    terminal.prepare()
    parser = make_parser()
    args = parser.parse_args(words)
    if args.preset not in PRESETS:
        parser.error(unknown_name("preset", args.preset, PRESETS))
    given = (args.coordinator, args.processes, args.process)
    if given != (None, None, None):
        if None in given:
            parser.error("--coordinator, --processes and --process go together")
        if not 0 <= args.process < args.processes:
            parser.error(f"--process must be from 0 to {args.processes - 1}, one below --processes, not {args.process}")
    folder = args.run or RUNS / args.out.resolve().name
    paths.look_here()
    try:
        if args.coordinator:
            processes.join(args.coordinator, args.processes, args.process, parser.prog)
        with processes.one_line_for_the_lost():
            train(args, folder)
            processes.part()
    except (processes.RefusedError, ArithmeticError) as error:  # all processes know of it
        processes.part()
        if is_users_own(error):
            raise
        parser.error(str(error))
    except PluginError as error:
        parser.error(described(error))
    except (ValueError, OSError) as error:
        if is_users_own(error):
            raise
        parser.error(str(error))


def begun(folder: Path, args: Namespace) -> tuple[Run, dict[str, Any]]:
    """Return the run that the command line asks for, and what has to be the same in all its processes."""
    config = resumed(folder, args) if args.resume else started(folder, args)
    first_device()
    from nca_controller.plotting import check_figures
    from nca_controller.training.runs import Run

    if config.show_every and processes.writes():
        check_figures()
    run = Run(config, args.out, folder, resume=args.resume)
    same = {"version of Maniple": __version__, "version of JAX": installed("jax")}
    return run, {**same, **asdict(config), "iteration to go on from": run.trainer.iteration}


def started(folder: Path, args: Namespace) -> Config:
    """Return the config of a new run. Raises ValueError where a run is in the way."""
    config = replace(PRESETS[args.preset], **starting_fields(args), **chosen_fields(args))
    from nca_controller.training.runs import SNAPSHOTS  # late, so that a mistyped flag is answered at once
    from nca_controller.training.snapshots import Snapshots

    if Snapshots(folder / SNAPSHOTS).iterations():
        raise ValueError(f"{folder} holds a run: add --resume to go on with it, or name another folder with --run")
    return config


def starting_fields(args: Namespace) -> dict[str, Any]:
    """Return the fields of the model that a run starts from, as far as no flag gives them."""
    if not args.init or is_reference(args.init) or KINDS["init"].plugin(args.init):
        return {}
    from nca_controller.training.parts import starting_model

    _, architecture = starting_model(args.init)
    known = {field.name for field in fields(Config)}
    own = {name: value for name, value in asdict(architecture).items() if name in known}
    chosen = chosen_fields(args)
    check_named_again(own, chosen, args.init)
    return {name: value for name, value in own.items() if name not in chosen}


def check_named_again(own: dict[str, Any], chosen: dict[str, Any], where: object) -> None:
    """Raise ValueError for a part of a file's that is code and not installed, unless the user gives it, too."""
    for name, kind in KINDS.items():
        value = own.get(name, "")
        foreign = [one for one in value.split(",") if is_reference(one) and not kind.is_known(one)]
        if foreign and name not in chosen and name != "init":  # of a run that is resumed: it has weights
            flag = {"guidance": "--commander", "metrics": "--metric"}.get(name, f"--{name}")
            raise ValueError(f"{name} is {value} in {where}, which is code: give it, too, if you trust it: {flag}")


def resumed(folder: Path, args: Namespace) -> Config:
    """Return the config of the run in the folder, with what may change. Raises ValueError where flags contradict it."""
    from nca_controller.training.runs import SNAPSHOTS
    from nca_controller.training.snapshots import Snapshots

    config, chosen = Config(**Snapshots(folder / SNAPSHOTS).notes()["config"]), chosen_fields(args)
    check_named_again(asdict(config), chosen, f"the run in {folder}")
    after = replace(config, **chosen)
    check_resumable(config, after, f"the run in {folder}")
    return after


def train(args: Namespace, folder: Path) -> None:
    """Train with a progress bar, and leave the recipe beside the model; other processes than the first are silent."""
    keep_compiled()
    cache_compiled()
    run: Run = processes.agree(lambda: begun(folder, args))
    processes.connect(run.trainer.spread)
    if not processes.writes():
        for _ in run.iterations(args.minutes):
            pass
        return
    from nca_controller.training.figures import show

    model, config, sources = args.out, run.trainer.config, commit()
    origin = recipe_of_start(config.init)
    for line in run.passed_over:
        print(f"{line}: going on from iteration {run.trainer.iteration}", file=sys.stderr)
    with name_unwritable(model):
        model.mkdir(parents=True, exist_ok=True)
    done, last = run.trainer.iteration, None
    with tqdm(total=config.iterations, initial=done, unit="iteration", dynamic_ncols=True) as progress:
        for last in run.iterations(args.minutes):
            progress.set_postfix(loss=f"{last.loss:.4f}", overlap=f"{last.overlap:.3f}")
            progress.update()
            if config.show_every and last.iteration % config.show_every == 0:
                show(run.trainer, folder)
    recipe = {
        "preset": args.preset,
        "config": asdict(config),
        "iterations done": run.trainer.iteration,
        "resumed": list(run.resumed),
        "commit": sources,
        "device": device(),
        "minutes": round((last.seconds if last else run.seconds) / 60, 1),
        "versions": {"maniple": __version__, **{name: installed(name) for name in ("jax", "flax", "optax")}},
        **({"start": origin} if origin else {}),
    }
    with name_unwritable(model / RECIPE):
        write_whole(model / RECIPE, json.dumps(recipe, indent=2) + "\n")
    if run.trainer.iteration < config.iterations:
        terminal.say(f"stopped after iteration {run.trainer.iteration}; go on with --resume")
    terminal.say(f"the model is in {model}; look at it with: python -m nca_controller.evaluate {model}")


def recipe_of_start(init: str) -> dict[str, Any]:
    """Return how the model that training starts from was trained itself, so that the whole way is on record."""
    try:
        return read_recipe(Path(init) / RECIPE) if init else {}
    except (ValueError, OSError):
        return {}


def installed(name: str) -> str:
    """Return the version of a distribution, or "unknown" where nothing says it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def device() -> str:
    """Return the hardware that trained: the processor's cores, or the accelerators."""
    import jax

    first, count = jax.devices()[0], processes.count()
    each = f" in each of {count} processes" if count > 1 else ""
    if first.platform == "cpu":
        return f"{os.cpu_count()} CPU cores{each}"
    return f"{jax.local_device_count()} x {first.device_kind}{each}"


def commit() -> str:
    """Return the commit of the sources that trained, or "unknown" outside a checkout."""
    ask = ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def make_parser() -> Parser:
    """Return the command line: one flag for every field of `Config`."""
    parser = Parser(prog=terminal.program("python -m nca_controller.training"), description="Train an AdvectionNCA.")
    add = parser.add_argument
    add("--preset", default="quick", help=f"where to start from: {', '.join(PRESETS)} (quick)")
    add("--out", type=Path, required=True, metavar="FOLDER", help="where the model goes, the best of the run")
    add("--run", type=Path, metavar="FOLDER", help="where metrics, figures and the resumable state go (runs/NAME)")
    add("--resume", action="store_true", help="go on where the run in that folder was saved last")
    add("--minutes", type=arguments.positive, default=math.inf, metavar="M", help="save and end within so many minutes")
    add("--coordinator", type=arguments.address, metavar="HOST:PORT", help="where process 0 listens, if there are many")
    add("--processes", type=arguments.count, metavar="N", help="how many processes train together, each on its battles")
    add("--process", type=int, metavar="I", help="which of them this is, from 0; the first one writes")
    parts = parser.add_argument_group("settings", "by default as the preset has them; NAME may be package.module:name")
    for field in fields(Config):
        kind = type(field.default)
        flags = [f"--{field.name.replace('_', '-')}", *FLAGS.get(field.name, ())]
        metavar = "NAME" if field.name in KINDS else kind.__name__.upper()
        action = "append" if field.name == "metrics" else "store"
        parts.add_argument(*flags, type=kind, metavar=metavar, action=action, help=field.metadata["help"])
    return parser


def chosen_fields(args: Namespace) -> dict[str, Any]:
    """Return the fields that were given on the command line."""
    given = {field.name: getattr(args, field.name) for field in fields(Config)}
    given["metrics"] = None if args.metrics is None else ",".join(args.metrics)
    return {name: value for name, value in given.items() if value is not None}


def command(words: list[str] | None = None) -> None:
    """Train as the command line says, in a process of its own: on all cores."""
    from nca_controller.training.loop import on_all_cores

    on_all_cores()
    main(words)


if __name__ == "__main__":
    command()
