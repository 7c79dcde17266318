"""Formation files: what they may say, what they inherit, what is wrong with them in one line, and when they change."""

import os

import numpy as np
import pytest
import tomli_w
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.formations import FormationError, FormationLibrary, form_up, load, read
from engine.formations.masks import read_mask
from engine.plugin import Ground

GOOD = {"title": '"Odd"', "key": '"x"', "description": '"."', "shape": '"rectangle"', "ratio": "2.0"}


def write(folder, name="odd", **fields):
    """Write a file with these fields; None leaves one out."""
    lines = [f"{key} = {value}" for key, value in {**GOOD, **fields}.items() if value is not None]
    (folder / f"{name}.toml").write_text("\n".join(lines))
    return folder / f"{name}.toml"


def heir(folder, name, parent, **fields):
    return write(folder, name, **{"inherits": f'"{parent}"', **dict.fromkeys(GOOD), **fields})


def paint(path, held, mode="L"):
    """Save a picture of what is held: black on white, or opaque on transparent."""
    grey = np.where(held, 0, 255).astype(np.uint8)
    if mode == "L":
        Image.fromarray(grey).save(path)
    else:
        Image.fromarray(np.dstack([np.full_like(grey, 200)] * 3 + [255 - grey])).save(path)


def refused(path, complaint):
    with pytest.raises(FormationError) as error:
        read(path)
    text = str(error.value)
    assert complaint in text and path.name in text and "\n" not in text
    return text


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("title", "3", "field 'title'"),
        ("title", '"two\\nlines"', "field 'title'"),
        ("title", None, "field 'title' is missing"),
        ("ratio", "-1.0", "field 'ratio'"),
        ("ratio", "nan", "field 'ratio'"),
        ("ratio", "true", "field 'ratio'"),
        ("ratio", "1000", "field 'ratio'"),
        ("ratio", None, "field 'ratio' is missing"),
        ("ranks", "4.0", "'ratio': give one of them"),
        ("hollow", "-2", "field 'hollow'"),
        ("spacing", "0.5", "field 'spacing'"),
        ("spacing", "[1.0]", "field 'spacing'"),
        ("spacing", "[3.0, 1.0]", "field 'spacing'"),
        ("spacing", "1e300", "field 'spacing'"),
        ("stagger", "1", "field 'stagger'"),
        ("key", '"Shift+F"', "field 'key'"),
        ("shape", '"star"', "field 'shape'"),
        ("shape", '"../star.png"', "field 'shape'"),
        ("shape", '"star.png"', "field 'shape': star.png"),
        ("inherits", '"lin"', "field 'inherits': there is no formation 'lin'"),
        ("inherits", '"odd"', "goes round: odd, odd"),
        ("depth", "3", "field 'depth' is unknown"),
        ("ratio", "", "odd.toml"),
    ],
)
def test_a_file_that_cannot_be_used_names_file_and_field(tmp_path, field, value, complaint):
    refused(write(tmp_path, **{field: value}), complaint)


ANYTHING = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@example({"inherits": "0\r"})  # text from a file is shown as it would be written, and breaks no line
@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["inherits", *GOOD, "ranks", "hollow", "spacing", "stagger", "other"]), ANYTHING, max_size=4
    )
)
def test_whatever_a_file_says_it_is_read_or_told_in_one_line(tmp_path_factory, fields):
    folder = tmp_path_factory.mktemp("any")
    plain = {"title": "Odd", "description": ".", "shape": "ellipse", "ratio": 2.0}
    (folder / "odd.toml").write_bytes(tomli_w.dumps({**plain, **fields}).encode())
    try:
        formation = read(folder / "odd.toml")
    except FormationError as error:
        assert "odd.toml" in str(error) and len(str(error).splitlines()) == 1
    else:
        form_up(formation, 300.0, Ground(np.ones((48, 64), dtype=bool)), centre=(9, 9)).slots(100)


def test_what_is_no_text_or_no_file_is_told(tmp_path):
    (tmp_path / "odd.toml").write_bytes(b"\xff\xfe\x00title")
    refused(tmp_path / "odd.toml", "odd.toml")
    refused(tmp_path / "gone.toml", "No such file")
    write(tmp_path).write_text("ratio = " + 5000 * "1")
    refused(tmp_path / "odd.toml", "a number of over 100 digits")
    write(tmp_path).write_text("ratio = " + 5000 * "[")
    refused(tmp_path / "odd.toml", "nested too deep")
    write(tmp_path).write_text("#" * 200_000)
    refused(tmp_path / "odd.toml", "too large")


def test_an_heir_takes_what_it_does_not_say_itself(tmp_path):
    write(tmp_path, "elder", hollow="3.0", spacing="[1.2, 1.0]", stagger="true")
    heir(tmp_path, "middle", "elder", ratio="7.0")
    heir(tmp_path, "youngest", "middle", title='"Young"', ranks="4.0", stagger="false")
    young = read(tmp_path / "youngest.toml")
    assert (young.name, young.title, young.description, young.key) == ("youngest", "Young", ".", "")
    assert (young.hollow, young.spacing, young.stagger) == (3.0, (1.2, 1.0), False)
    assert young.ranks == 4.0, "its own depth goes before the elder's"
    heir(tmp_path, "last", "youngest", title='"Last"', ratio="3.0")
    last = read(tmp_path / "last.toml")
    assert (last.ranks, last.ratio) == (0.0, 3.0)
    assert refused(tmp_path / "middle.toml", "field 'title' is missing"), "a title is nobody's but one's own"


def test_an_heir_is_told_who_is_wrong(tmp_path):
    write(tmp_path, "elder", ratio="0")
    with pytest.raises(FormationError, match=r"elder\.toml: field 'ratio'"):
        read(heir(tmp_path, "young", "elder", title='"Young"'))
    heir(tmp_path, "one", "two", title='"One"')
    heir(tmp_path, "two", "three")
    heir(tmp_path, "three", "one")
    refused(tmp_path / "three.toml", "goes round: three, one, two, three")
    heir(tmp_path, "lost", "tree", title='"Lost"')
    refused(tmp_path / "lost.toml", "did you mean three?")


@pytest.mark.parametrize("mode", ["L", "RGBA"])
def test_a_picture_is_a_shape(tmp_path, mode):
    held = np.zeros((40, 60), dtype=bool)
    held[10:20, 5:45] = True
    paint(tmp_path / "bar.png", held, mode)
    assert read_mask(tmp_path / "bar.png", "bar.png").shape == (10, 40)
    formation = read(write(tmp_path, shape='"bar.png"', ratio=None))
    assert formation.ratio == 4.0, "as wide as it is painted"
    at = form_up(formation, 400.0, Ground(np.ones((64, 96), dtype=bool)), centre=(48, 32))
    assert (at.frontage, at.depth) == pytest.approx((40, 10), rel=0.01)
    assert at.target[28:36, 30:66].min() > 0.99
    ours = load(tmp_path)["odd"]
    assert ours.title == "Odd" and len(load(tmp_path)) == 1, "it is no formation of its own as well"


def test_a_picture_alone_is_a_formation(tmp_path):
    paint(tmp_path / "star.png", np.ones((300, 500), dtype=bool))
    assert load(tmp_path)["star"].title == "Star"
    assert load(tmp_path)["star"].key == "9", "the first that is spare"
    young = read(heir(tmp_path, "young", "star", title='"Young"', description='"."', stagger="true"))
    assert young.stagger and young.ratio == pytest.approx(5 / 3, rel=0.01)


def test_a_picture_that_cannot_be_used_is_told(tmp_path):
    paint(tmp_path / "empty.png", np.zeros((20, 20), dtype=bool))
    refused(tmp_path / "empty.png", "nobody would stand on it")
    assert "empty.png" in refused(write(tmp_path, shape='"empty.png"'), "field 'shape'")
    paint(tmp_path / "clear.png", np.zeros((20, 20), dtype=bool), "RGBA")
    refused(tmp_path / "clear.png", "nobody would stand on it")
    (tmp_path / "torn.png").write_bytes((tmp_path / "empty.png").read_bytes()[:60])
    refused(tmp_path / "torn.png", "torn.png: ")
    (tmp_path / "folder.png").mkdir()
    refused(tmp_path / "folder.png", "directory")
    (tmp_path / "words.png").write_text("not a picture")
    refused(tmp_path / "words.png", "it is no PNG")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(tmp_path, mode):
    picture = Image.new("L", (40, 30), 255)
    picture.paste(0, (5, 5, 35, 25))
    deep = np.where(np.asarray(picture) == 0, 20_000, 60_000).astype(np.uint16)
    picture = Image.fromarray(deep) if mode == "I;16" else picture.convert(mode)
    picture.save(tmp_path / "any.png")
    assert read_mask(tmp_path / "any.png", "any.png").shape == (20, 30)


def test_two_formations_that_want_one_key_are_told(tmp_path):
    write(tmp_path, "one")
    write(tmp_path, "two")
    with pytest.raises(FormationError, match=r"two\.toml: field 'key': 'x' orders 'one' already"):
        load(tmp_path)


class Folder:
    """A user's folder beside the game's own, looked at by a clock that stands until it is moved."""

    def __init__(self, path):
        self.path, self.now, self.written = path, 0.0, 0
        self.library = FormationLibrary(*self.folders(), clock=lambda: self.now)

    def folders(self):
        from engine.io.paths import ASSETS

        return ASSETS / "formations", self.path

    def changed(self):
        """Let the files be newer than those before, and look."""
        self.written += 1
        for file in self.path.iterdir():
            os.utime(file, (self.written, self.written))
        self.now += 1
        return self.library.poll()


def test_a_file_that_is_dropped_in_can_be_ordered_and_goes_with_its_file(tmp_path):
    folder = Folder(tmp_path)
    assert list(folder.library.formations) == list(load()) and not folder.library.complaint
    assert not folder.changed()
    write(tmp_path, ratio="3.0")
    assert folder.changed() and folder.library.formations["odd"].ratio == 3.0
    assert not folder.library.poll()
    write(tmp_path, ratio="4.0")
    assert folder.changed() and folder.library.formations["odd"].ratio == 4.0
    (tmp_path / "odd.toml").unlink()
    assert folder.changed() and "odd" not in folder.library.formations


def test_a_broken_file_is_told_and_the_last_good_one_stays(tmp_path):
    write(tmp_path, ratio="3.0")
    folder = Folder(tmp_path)
    write(tmp_path, ratio='"wide"')
    assert folder.changed() and "odd.toml: field 'ratio'" in folder.library.complaint
    assert folder.library.formations["odd"].ratio == 3.0 and len(folder.library.formations) == 9
    write(tmp_path, "even", key='"y"')
    assert folder.changed() and "even" in folder.library.formations, "one that is broken holds up no other"
    write(tmp_path, ratio="5.0")
    assert folder.changed() and folder.library.formations["odd"].ratio == 5.0 and not folder.library.complaint


def test_a_file_that_is_broken_from_the_start_is_left_out(tmp_path):
    write(tmp_path, "odd", ratio="-1")
    write(tmp_path, "wedge", ratio="-1")
    write(tmp_path, "thief", key='"1"')
    library = Folder(tmp_path).library
    assert library.formations == load(), "the game's own wedge stands in for the broken one, and the line keeps its key"
    assert "wedge.toml: field 'ratio'" in library.complaint and "and 2 more" in library.complaint


def test_a_user_may_change_the_games_own(tmp_path):
    write(tmp_path, "wedge", key='"4"', ratio="2.5")
    assert Folder(tmp_path).library.formations["wedge"].ratio == 2.5


def test_folders_are_looked_at_a_few_times_a_second(tmp_path):
    folder = Folder(tmp_path / "not there yet")
    (tmp_path / "not there yet").mkdir()
    write(tmp_path / "not there yet")
    folder.now += 0.1
    assert not folder.library.poll()
    folder.now += 0.4
    assert folder.library.poll() and "odd" in folder.library.formations


def test_what_editors_and_systems_leave_stops_no_other_file(tmp_path):
    write(tmp_path, ratio="3.0")
    folder = Folder(tmp_path)
    (tmp_path / ".#odd.toml").symlink_to("player@machine.1234:5678")
    (tmp_path / "._odd.toml").write_bytes(b"\x00\x05\x16\x07")
    (tmp_path / "._odd.png").write_bytes(b"\x00\x05\x16\x07")
    folder.now += 1
    assert folder.library.poll() is False and not folder.library.complaint
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.toml")
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "odd.toml").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "odd.toml").read_bytes().replace(b"\n", b"\r\n"))
    folder.now += 1
    assert folder.library.poll() and "is no plain file (and 1 more)" in folder.library.complaint
    write(tmp_path, ratio="4.0")
    folder.now += 1
    assert folder.library.poll() and folder.library.formations["odd"].ratio == 4.0, "changes are seen as before"


def test_a_picture_counts_unless_a_file_of_its_folder_has_it_as_its_shape(tmp_path):
    for name in ("wolf", "werewolf"):
        paint(tmp_path / f"{name}.png", np.ones((20, 20), dtype=bool))
    write(tmp_path, shape='"werewolf.png"', description='"Not wolf.png."', ratio=None)
    assert {"wolf", "odd"} <= set(load(tmp_path)) and "werewolf" not in load(tmp_path)
    write(tmp_path, shape='"werewolf.png"', ratio="=")
    assert set(Folder(tmp_path).library.formations) - set(load()) == {"wolf"}, (
        "a file that is being written names it too"
    )


def test_a_name_that_is_no_text_can_be_ordered_and_written(tmp_path):
    write(tmp_path).rename(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.toml"))
    formation = load(tmp_path)[r"caf\xe9"]
    assert formation.name.encode() and tomli_w.dumps({"formation": formation.name})


@pytest.mark.parametrize("hollow", ["5e-324", "1e-300", "0.009"])
def test_faces_that_hold_nobody_are_refused(tmp_path, hollow):
    refused(write(tmp_path, hollow=hollow), "field 'hollow' must be 0, or a number from 0.01 to 1000")


@pytest.mark.parametrize("shape", ["rectangle", "triangle", "ellipse"])
def test_the_thinnest_faces_are_placed(tmp_path, shape):
    formation = read(write(tmp_path, hollow="0.01", shape=f'"{shape}"'))
    at = form_up(formation, 300.0, Ground(np.ones((48, 64), dtype=bool)), centre=(32, 24))
    assert at.target.sum(dtype=np.float64) == 300


def test_a_picture_that_is_hostile_is_told(tmp_path):
    (tmp_path / "evil.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n{} loop\n")
    refused(tmp_path / "evil.png", "it is no PNG")
    write(tmp_path, shape='"evil.png"')
    assert "it is no PNG" in Folder(tmp_path).library.complaint
