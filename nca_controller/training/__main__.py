"""The training command: a preset, changed field by field on the command line, and where the model goes."""

from __future__ import annotations

import json
import os
import subprocess
import time
from argparse import Namespace
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tqdm import tqdm

from engine.command_line import Parser, unknown_name
from nca_controller.training.config import PRESETS, Config

CARD, RECIPE = "CARD.md", "recipe.json"


def main(words: list[str] | None = None) -> None:
    """Train as the command line says."""
    parser = make_parser()
    args = parser.parse_args(words)
    if args.preset not in PRESETS:
        parser.error(unknown_name("preset", args.preset, PRESETS))
    try:
        config = replace(PRESETS[args.preset], **chosen_fields(args))
        train(args.preset, config, args.out)
    except (ValueError, OSError, ArithmeticError) as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        raise SystemExit(f"stopped; {args.out} holds the model that was saved last, if any") from None


def train(preset: str, config: Config, folder: Path) -> None:
    """Train into a folder, with a progress bar, and leave the recipe beside the model."""
    folder.mkdir(parents=True, exist_ok=True)
    from nca_controller.training.loop import Trainer  # late, so that a mistyped flag is answered at once

    for stale in (CARD, RECIPE):  # they speak of the model that was here before
        (folder / stale).unlink(missing_ok=True)
    begun, sources = time.monotonic(), commit()
    with tqdm(Trainer(config).train(folder), total=config.iterations, unit="iteration") as progress:
        for metrics in progress:
            progress.set_postfix(loss=f"{metrics.loss:.4f}", overlap=f"{metrics.overlap:.3f}")
    recipe = {
        "preset": preset,
        "config": asdict(config),
        "commit": sources,
        "device": device(),
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "versions": {name: version(name) for name in ("maniple", "jax", "flax", "optax")},
    }
    (folder / RECIPE).write_text(json.dumps(recipe, indent=2) + "\n", encoding="utf-8")
    print(f"the model is in {folder}; look at it with: python -m nca_controller.evaluate {folder}")


def device() -> str:
    """Return what trained: the processor's cores, or the accelerator."""
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
    parser = Parser(prog="python -m nca_controller.training", description="Train an AdvectionNCA.")
    parser.add_argument("--preset", default="quick", help=f"where to start from: {', '.join(PRESETS)} (quick)")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where the model and metrics go")
    for field in fields(Config):
        kind = type(field.default)
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, metavar=kind.__name__.upper())
    return parser


def chosen_fields(args: Namespace) -> dict[str, Any]:
    """Return the fields that were given on the command line."""
    given = {field.name: getattr(args, field.name) for field in fields(Config)}
    return {name: value for name, value in given.items() if value is not None}


if __name__ == "__main__":
    main()
