import importlib
import sys

import pytest
from own_parts import EXAMPLES, OWN


@pytest.fixture
def mypkg(tmp_path, monkeypatch):
    """The module of the page's examples, and of some that are wrong, where Python finds it."""
    (tmp_path / "mypkg.py").write_text("\n".join(EXAMPLES) + OWN)
    (tmp_path / "ruin.py").write_text("raise RuntimeError('at import')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("mypkg")
    for name in ("mypkg", "ruin"):
        sys.modules.pop(name, None)
