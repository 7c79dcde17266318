import pytest


@pytest.fixture
def write(tmp_path):
    """Write a scenario's text to a file; return its path."""

    def to_file(text, name="duel.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file
