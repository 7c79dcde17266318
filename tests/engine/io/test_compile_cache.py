"""What was compiled is used again only where it is whole."""

import json
import zlib
from argparse import Namespace

from engine.app import play
from engine.io import compile_cache
from engine.io.compile_cache import DIGESTS, heal

CODE = bytes(range(256)) * 40


def entries(folder):
    return {path.name.removesuffix("-cache") for path in folder.glob("*-cache")}


def test_damaged_programs_are_removed_and_the_others_stay(tmp_path):
    for name in ("whole", "cut", "flipped", "empty", "other", "unseen"):
        (tmp_path / f"{name}-cache").write_bytes(zlib.compress(CODE + name.encode()))
        (tmp_path / f"{name}-atime").write_bytes(b"12345678")
    (tmp_path / "unseen-cache").write_bytes(b"12345678")
    (tmp_path / "folder-cache").mkdir()
    heal(tmp_path)
    assert entries(tmp_path) == {"whole", "cut", "flipped", "empty", "other", "folder"}, "what is new has to unpack"
    noted = (tmp_path / DIGESTS).read_text()
    (tmp_path / "other-cache").write_bytes(zlib.compress(CODE))  # it unpacks, and is not what was noted
    content = bytearray((tmp_path / "flipped-cache").read_bytes())
    content[len(content) // 2] ^= 4
    (tmp_path / "flipped-cache").write_bytes(content)
    (tmp_path / "cut-cache").write_bytes(content[:20])
    (tmp_path / "empty-cache").write_bytes(b"")
    heal(tmp_path)
    assert entries(tmp_path) == {"whole", "folder"}
    assert {path.name for path in tmp_path.glob("*-atime")} == {"whole-atime"}
    assert list(json.loads(noted)) != list(json.loads((tmp_path / DIGESTS).read_text())) == ["whole-cache"]


def test_notes_that_are_damaged_are_made_anew(tmp_path):
    (tmp_path / "whole-cache").write_bytes(zlib.compress(CODE))
    for text in ("", "[]", "[" * 100_000, '{"whole-cache": 3}'):
        (tmp_path / DIGESTS).write_text(text)
        heal(tmp_path)
        if text.startswith("{"):
            assert not entries(tmp_path), "what is not as noted is compiled again"
        else:
            assert entries(tmp_path) == {"whole"} and len(json.loads((tmp_path / DIGESTS).read_text())) == 1


def test_a_cache_that_is_missing_or_too_large_is_left_alone(tmp_path, monkeypatch):
    heal(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "cut-cache").write_bytes(b"12345678")
    monkeypatch.setattr(compile_cache, "MOST", 7)
    heal(tmp_path)
    assert entries(tmp_path) == {"cut"}


def test_what_was_compiled_while_it_was_played_is_noted_before_the_program_leaves(tmp_path, monkeypatch):
    """Nothing runs at exit: the game leaves by os._exit."""
    monkeypatch.setenv(compile_cache.FOLDER, str(tmp_path))
    monkeypatch.setattr(compile_cache, "_kept", set())

    def figures(args, signals):
        compile_cache.keep_compiled()
        (tmp_path / "new-cache").write_bytes(zlib.compress(CODE))

    monkeypatch.setattr(play, "figures", figures)
    play.play(Namespace(demo=None, headless=True, screenshot=None), None)
    assert list(json.loads((tmp_path / DIGESTS).read_text())) == ["new-cache"]
