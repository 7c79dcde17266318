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
from typing import Any

from tqdm import tqdm

from engine.io import Parser, __version__, arguments, name_unwritable, terminal, unknown_name, write_whole
from nca_controller.checkpoints import RECIPE
from nca_controller.jax_config import first_device
from nca_controller.training.config import PRESETS, Config

RUNS = Path("runs")


def main(words: list[str] | None = None) -> None:
    """Train as the command line says."""
    terminal.prepare()
    parser = make_parser()
    args = parser.parse_args(words)
    if args.preset not in PRESETS:
        parser.error(unknown_name("preset", args.preset, PRESETS))
    folder = args.run or RUNS / args.out.resolve().name
    try:
        config = resumed(folder, args) if args.resume else started(folder, args)
        train(args.preset, config, args.out, folder, resume=args.resume, minutes=args.minutes)
    except (ValueError, OSError, ArithmeticError) as error:
        parser.error(str(error))


def started(folder: Path, args: Namespace) -> Config:
    """Return the config of a new run. Raises ValueError where a run is in the way."""
    config = replace(PRESETS[args.preset], **chosen_fields(args))
    from nca_controller.training.runs import SNAPSHOTS  # late, so that a mistyped flag is answered at once
    from nca_controller.training.snapshots import Snapshots

    if Snapshots(folder / SNAPSHOTS).iterations():
        raise ValueError(f"{folder} holds a run: add --resume to go on with it, or name another folder with --run")
    return config


def resumed(folder: Path, args: Namespace) -> Config:
    """Return the config of the run in the folder. Raises ValueError where flags contradict it."""
    from nca_controller.training.runs import SNAPSHOTS
    from nca_controller.training.snapshots import Snapshots

    config = Config(**Snapshots(folder / SNAPSHOTS).notes()["config"])
    for name, value in chosen_fields(args).items():
        if value != getattr(config, name):
            raise ValueError(f"{name} is {getattr(config, name)} in the run in {folder}, and cannot become {value}")
    return config


def train(preset: str, config: Config, model: Path, folder: Path, *, resume: bool, minutes: float) -> None:
    """Train with a progress bar, and leave the recipe beside the model."""
    first_device()
    from nca_controller.plotting import check_figures
    from nca_controller.training.figures import show
    from nca_controller.training.runs import Run

    if config.show_every:
        check_figures()
    run, sources = Run(config, model, folder, resume=resume), commit()
    for line in run.passed_over:
        print(f"{line}: going on from iteration {run.trainer.iteration}", file=sys.stderr)
    with name_unwritable(model):
        model.mkdir(parents=True, exist_ok=True)
    done, last = run.trainer.iteration, None
    with tqdm(total=config.iterations, initial=done, unit="iteration", dynamic_ncols=True) as progress:
        for last in run.iterations(minutes):
            progress.set_postfix(loss=f"{last.loss:.4f}", overlap=f"{last.overlap:.3f}")
            progress.update()
            if config.show_every and last.iteration % config.show_every == 0:
                show(run.trainer, folder)
    recipe = {
        "preset": preset,
        "config": asdict(config),
        "iterations done": run.trainer.iteration,
        "commit": sources,
        "device": device(),
        "minutes": round((last.seconds if last else run.seconds) / 60, 1),
        "versions": {"maniple": __version__, **{name: installed(name) for name in ("jax", "flax", "optax")}},
    }
    with name_unwritable(model / RECIPE):
        write_whole(model / RECIPE, json.dumps(recipe, indent=2) + "\n")
    if run.trainer.iteration < config.iterations:
        terminal.say(f"stopped after iteration {run.trainer.iteration}; go on with --resume")
    terminal.say(f"the model is in {model}; look at it with: python -m nca_controller.evaluate {model}")


def installed(name: str) -> str:
    """Return the version of a distribution, or "unknown" where nothing says it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def device() -> str:
    """Return the hardware that trained: the processor's cores, or the accelerators."""
    import jax

    first = jax.devices()[0]
    return f"{os.cpu_count()} CPU cores" if first.platform == "cpu" else f"{jax.device_count()} x {first.device_kind}"


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
    for field in fields(Config):
        kind = type(field.default)
        add(f"--{field.name.replace('_', '-')}", type=kind, metavar=kind.__name__.upper())
    return parser


def chosen_fields(args: Namespace) -> dict[str, Any]:
    """Return the fields that were given on the command line."""
    given = {field.name: getattr(args, field.name) for field in fields(Config)}
    return {name: value for name, value in given.items() if value is not None}


def command(words: list[str] | None = None) -> None:
    """Train as the command line says, in a process of its own: on all cores."""
    from nca_controller.training.loop import on_all_cores

    on_all_cores()
    main(words)


if __name__ == "__main__":
    command()
