"""The web page: `python -m nca_controller.export_web trained_models/default --out DIR` writes one index.html.

The page plays a model in a browser, on WebGL2, by the shader files of the game. Everything is inside: it loads nothing,
so it opens from a disk and from any web server. Its sources lie in `assets/web/`, where `index.html` names the files
that go into it: scripts and styles, the parts of each worker, and the shaders.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.formations import formation_table, load
from engine.io import (
    ASSETS,
    InputError,
    Parser,
    PluginError,
    __version__,
    check_writable,
    described,
    is_users_own,
    name_unwritable,
    paths,
    shader_text,
    terminal,
    write_whole,
)

WEB = ASSETS / "web"
PAGE = "index.html"
LARGEST = 2 * 2**20  # bytes, of the page
FIELD = {"long": 96, "short": 64}  # cells along the longer and the shorter side: the page lays it as the screen lies
MASS, SOLDIERS = 600, 600  # of the army; so few that each is seen, on a phone as well
FIRST = "phalanx"  # the order at the beginning
COMMANDERS = ("plan", "ground")  # whose orders the page's worker reckons: on open ground these two are one
COLOURS = {  # as engine/view/palette.py has them
    "table": (20, 21, 19),
    "border": (143, 128, 92),
    "outline": (250, 233, 190),
    "drawn": (255, 214, 120),
    "refused": (226, 60, 48),
    "team": (222, 94, 20),
    "metal": (226, 230, 236),
    "leather": (150, 110, 72),
}
STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
SCRIPT = re.compile(r'<script src="([^"]+)"></script>')
WORKER = re.compile(r'(<script type="text/plain" id="[^"]+") data-parts="([^"]+)"></script>')
WORLD = re.compile(r'(<script type="application/json" id="world") data-shaders="([^"]+)"></script>')
STRICT = '"use strict";\n'


def main(words: list[str] | None = None) -> None:
    """Write the page as the command line says."""
    terminal.prepare()
    parser = make_parser()
    args = parser.parse_args(words)
    paths.look_here()
    try:
        with name_unwritable(args.out):
            args.out.mkdir(parents=True, exist_ok=True)
        path = args.out / PAGE
        check_writable(path)
        page = page_of(args.controller)
        with name_unwritable(path):
            write_whole(path, page)
        terminal.say(f"{path}: {len(page.encode()) / 1000:.0f} kB")
    except PluginError as error:
        parser.error(described(error))
    except (ValueError, OSError) as error:
        if is_users_own(error):
            raise
        parser.error(str(error))


def page_of(controller: str | Path) -> str:
    """Return the page that plays a model, by its name or folder.

    Raises ValueError, one line, for a model that is missing or damaged, that the shaders or the page's commander cannot
    play, and where the page would be larger than LARGEST.
    """
    from nca_controller.controllers import load_controller  # late, so that a mistyped flag is answered at once

    loaded: Any = load_controller(controller)
    if getattr(loaded, "architecture", None) is None:
        raise InputError(f"{controller}: the page plays models of the AdvectionNCA, and this is none")
    if loaded.architecture.guidance not in COMMANDERS or loaded.own_commander is not None:
        known = " or ".join(COMMANDERS)
        raise InputError(f"{controller}: the page knows the commander {known}, not {loaded.architecture.guidance}")
    exported = loaded.export()
    page = inlined(exported.network, dict(exported.architecture))
    if len(page.encode()) > LARGEST:
        raise InputError(f"{controller}: the page would have {len(page.encode())} bytes, and {LARGEST} are the most")
    return page


def inlined(network: str, architecture: dict[str, Any]) -> str:
    """Return the page with everything in it. Raises InputError for a file that is missing, or that would end it."""
    page = text_of(WEB / PAGE)
    page = STYLE.sub(lambda found: f"<style>\n{text_of(WEB / found[1])}</style>", page)
    page = WORKER.sub(lambda found: f"{found[1]}>\n{script(found[2].split())}</script>", page)

    def world(found: re.Match[str]) -> str:
        shaders = {f"{name}.glsl": shader(f"{name}.glsl", {"network": network}) for name in found[2].split()}
        known = json.dumps(world_of(shaders, architecture), separators=(",", ":"))
        return f"{found[1]}>{known.replace('<', chr(92) + 'u003c')}</script>"

    page = WORLD.sub(world, page)
    names = SCRIPT.findall(page)
    first, *others = SCRIPT.finditer(page)
    whole = f"<script>\n{script(names)}</script>"
    for found in reversed(others):
        page = page[: found.start()] + page[found.end() :].lstrip("\n")
    return page[: first.start()] + whole + page[first.end() :]


def world_of(shaders: dict[str, str], architecture: dict[str, Any]) -> dict[str, Any]:
    """Return what the page knows of the game: field, army, formations, colours, sprite, shaders and model."""
    sprite = base64.b64encode((ASSETS / "sprites" / "soldier.png").read_bytes()).decode()
    return {
        "version": __version__,
        "field": FIELD,
        "mass": MASS,
        "soldiers": SOLDIERS,
        "first": FIRST,
        "formations": [outline_of(formation_table(one)) for one in load().values()],
        "palette": COLOURS,
        "sprite": f"data:image/png;base64,{sprite}",
        "architecture": architecture,
        "shaders": shaders,
    }


def outline_of(formation: dict[str, Any]) -> dict[str, Any]:
    """Return a formation's table as the page reads it, which has no combat.

    Raises InputError for one whose outline is a picture.
    """
    if "shape" not in formation:
        raise InputError(f"formation {formation['name']}: the page draws no pictures, only outlines that have a name")
    return {"key": "", "ranks": 0.0, "ratio": 1.0} | {name: formation[name] for name in formation if name != "combat"}


def script(names: list[str]) -> str:
    """Return the text of several script files as one. Raises InputError where it would end its element."""
    text = STRICT + "\n".join(text_of(WEB / name) for name in names)
    if "</script" in text.lower() or "<!--" in text:
        raise InputError(f"{WEB}: a script must hold neither the end of its element nor a comment of HTML")
    return text


def shader(path: str, parts: dict[str, str]) -> str:
    """Return the text of a shader file, below assets/shaders/ or in web/, with what it includes put in."""
    file = WEB / path.removeprefix("web/") if path.startswith("web/") else ASSETS / "shaders" / path
    with readable(file):
        return shader_text(file, parts)


def text_of(path: Path) -> str:
    """Return a file's text. Raises InputError where it is missing."""
    with readable(path):
        return path.read_text(encoding="utf-8")


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Raise InputError, one line, where a file that goes into the page is missing."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot read {error.filename or path}: {error.strerror or error}") from None


def make_parser() -> Parser:
    """Return the command line."""
    prog = terminal.program("python -m nca_controller.export_web")
    parser = Parser(prog=prog, description="Write a web page that plays a model in a browser: one file.")
    add = parser.add_argument
    add("controller", nargs="?", default="default", help="a model's name or folder (default)")
    add("--out", metavar="DIR", type=Path, required=True, help=f"the folder that gets {PAGE}")
    return parser


if __name__ == "__main__":
    main()
