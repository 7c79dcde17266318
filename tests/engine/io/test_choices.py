"""What was measured once is remembered; what is damaged is as good as none."""

import pytest

from engine.io import choices, paths


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "platform_folder", lambda kind: tmp_path)
    return tmp_path / choices.FILE


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 3}', "[" * 10_000, "x" * 2**18])
def test_a_damaged_memory_is_as_good_as_none(cache, text):
    cache.write_text(text)
    assert choices.remembered("a") is None
    choices.remember("a", True)
    assert choices.remembered("a") is True and choices.remembered("b") is None


def test_the_oldest_of_too_many_are_forgotten(cache):
    for number in range(choices.MOST + 3):
        choices.remember(str(number), number % 2 == 0)
    assert choices.remembered("2") is None and choices.remembered("3") is False


def test_where_nothing_can_be_written_nothing_is_remembered(cache, monkeypatch):
    def homeless(kind):
        raise paths.NoFolderError("no home")

    monkeypatch.setattr(paths, "platform_folder", homeless)
    choices.remember("a", True)
    assert choices.remembered("a") is None
