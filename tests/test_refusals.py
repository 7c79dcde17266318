"""Bad input on the command line: one clear line, exit code 2, and JAX is not even imported."""

import pytest
from PIL import Image
from program import answers, refused, run, without

REFUSED = {
    "--headless --order wege": "unknown formation 'wege': did you mean wedge? one of line, column",
    "--headless --orders wedge@0,sqare@9": "unknown formation 'sqare': did you mean square?",
    "--headless --orders wedge": "argument --orders: 'wedge' is not a formation and a tick",
    "--headless --controller plann": "unknown controller 'plann': did you mean plan?",
    "--headless --controller trained_models/nowhere": "unknown controller 'trained_models/nowhere'",
    "--headless --headles": "unknown flag '--headles': did you mean --headless?",
    "--headless --grid 32x24": "a mass of 1000 needs a larger grid: 32x24 holds",
    "--headless --grid 192": "argument --grid: '192' is not a width and height",
    "--headless --grid -192x128": "argument --grid:",
    "--headless --mass -5": "argument --mass: '-5' is not a number above 0",
    "--headless --mass nan": "argument --mass:",
    "--headless --soldiers 0": "argument --soldiers: '0' is not a whole number above 0",
    "--headless --ticks -1": "argument --ticks:",
    "--headless --seed -1": "argument --seed:",
    "--headless --screenshot nowhere/out.png": "cannot write nowhere/out.png: there is no folder nowhere",
    "--headless --screenshot .": "cannot write .",
    "--headless --scenario crosing": "unknown scenario 'crosing': did you mean crossing?",
    "--headless --scenario crossing --order wedge": "--order is the scenario's to say",
    "--headless --scenario crossing --grid 64x48": "--grid is the scenario's to say",
    "--headless --scenario crossing --controller plann": "crossing.toml: unknown controller 'plann': did you mean",
    "--headless --assets nowhere": "--assets: there is no folder nowhere",
    "--headless --scenario broken.toml": "broken.toml: field 'size' is missing",
    "--headless --scenario=": "unknown scenario ''",
    "--headless --controller=": "unknown controller ''",
    "--headless --soldiers 9999999": "argument --soldiers: '9999999' is not a whole number from 1 to 1000000",
    "--headless --screenshot notes.txt": "cannot write notes.txt: the name must end in .png",
    "--headless --screenshot out.png --record out.png": "--record and the picture would both be out.png",
    "--headless --demo out.gif": "argument --demo: not allowed with argument --headless",
    "--list-keys --list-formations": "not allowed with argument",
    "--demo nowhere/out.gif": "cannot write nowhere/out.gif",
    "--demo notes.txt": "cannot write notes.txt: the name must end in .gif or .mp4",
    "--screenshot out.png": "--screenshot needs --headless; in the window, F12 takes one",
    "--headless --terrain nowhere.map": "nowhere.map: No such file",
    "--headless --terrain ragged.map": "ragged.map: line 9 has 3 letters, and not the 40 of its width",
    "--headless --terrain closed.map": "closed.map: has no open cell",
    "--headless --terrain broken.toml": "broken.toml: it is no PNG",
    "--demo out.gif --terrain ragged.map": "ragged.map: line 9 has 3 letters",
    "--headless --terrain isle.map --grid 64x64": "isle.map: is 40x30 cells, which do not become the field's 64x64",
    "--headless --terrain isle.map --cells 8": "argument --cells: '8' is not a number of cells from 16 to 4096",
    "--headless --terrain isle.map --mass 750": "there is too little room there: for a mass of 720, and not of 750",
    "--headless --terrain vast.png": "a field of 1450x1450 cells is too large for so many regiments: 1 times 2102500",
    "--headless --cells 64": "--cells says how --terrain is scaled, and there is none",
    "--headless --scenario crossing --terrain isle.map": "--terrain is the scenario's to say",
    "--headless --scenario island.toml": "island.toml: 'Guards' at tick 9: no way leads there from where they stand",
    "--headless --scenario fight.toml": "fight.toml: field 'regiments[2].unit' names 'pike': did you mean pikes?",
    "--headless --scenario fight.toml --assets mine": "fight.toml: pike.toml: field 'attack' must be a number from",
    "--headless --scenario mirror-match --simulation gl": "mirror-match.toml: field 'combat' asks for combat, and the",
    "--headless --scenario walled.toml": "walled.toml: 'Guards': it would muster in a wall: the ground at 27, 15 is",
}
ISLE = ["." * 40] * 5 + ["." * 10 + "W" * 20 + "." * 10] * 7 + ["." * 10 + "W" * 4 + "." * 12 + "W" * 4 + "." * 10] * 6
ISLE += ["." * 10 + "W" * 20 + "." * 10] * 7 + ["." * 40] * 5  # a lake, and an island of 6 x 12 cells
ON_THE_ISLE = """
title = "An island"
terrain = "isle.map"
[[regiments]]
name = "Guards"
mass = 40
formation = "phalanx"
at = [{place}, 15]
[[orders]]
tick = 9
regiment = "Guards"
formation = "phalanx"
at = [20, 15]
"""


FIGHT = """
title = "A fight"
size = [40, 30]
combat = true
[[regiments]]
name = "Guards"
side = "Red"
mass = 40
formation = "phalanx"
at = [10, 15]
[[regiments]]
name = "Raiders"
side = "Blue"
mass = 40
unit = "pike"
formation = "phalanx"
at = [30, 15]
"""


def write_grounds(folder):
    """Write a ground with an island, two of no use, and scenarios that ask for what cannot be."""
    header = "type octile\nheight 30\nwidth 40\nmap\n"
    maps = {"isle": ISLE, "ragged": [*ISLE[:4], "...", *ISLE[5:]], "closed": ["@" * 40] * 30}
    for name, rows in maps.items():
        (folder / f"{name}.map").write_text(header + "\n".join(rows))
    vast = Image.new("L", (1450, 1450), 255)
    vast.paste(0, (3, 700, 1400, 720))
    vast.save(folder / "vast.png")
    for name, place in (("island", 5), ("walled", 27)):
        (folder / f"{name}.toml").write_text(ON_THE_ISLE.format(place=place))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What came of each bad input."""
    folder = tmp_path_factory.mktemp("refused")
    (folder / "broken.toml").write_text('title = "no field"')
    (folder / "fight.toml").write_text(FIGHT)
    (folder / "mine" / "units").mkdir(parents=True)
    (folder / "mine" / "units" / "pike.toml").write_text('inherits = "pikes"\ntitle = "P"\nattack = -1')
    write_grounds(folder)
    return dict(zip(REFUSED, answers(REFUSED, folder), strict=True))


@pytest.mark.parametrize("words", REFUSED)
def test_bad_input_is_refused_in_one_line_before_jax_is_imported(words, outcomes):
    refused(outcomes[words], REFUSED[words])


def test_a_program_that_refuses_leaves_with_code_2(tmp_path):
    refused(run("--headless", "--order", "wege", folder=tmp_path, program=without("jax", "nca_controller")), "wege")
