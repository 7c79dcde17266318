"""Where OpenGL draws in software, the renderer that costs less is taken: measured once, remembered, and never else."""

import pytest
from sketches import SIZE

from engine.io import choices, paths
from engine.view import cheaper
from engine.view.opening import open_view


@pytest.fixture
def measured(tmp_path, monkeypatch, missing_opengl):
    if missing_opengl is not None:
        pytest.skip(missing_opengl)
    monkeypatch.setattr(paths, "platform_folder", lambda kind: tmp_path)
    costs, asked = {"OpenGL": 1.0, "pygame": 2.0}, []

    def cost(view):
        asked.append(view.description.split()[0])
        return costs[asked[-1]]

    monkeypatch.setattr(cheaper, "cost", cost)
    return costs, asked


def opened():
    view = open_view(SIZE, visible=False, prefer="cheaper")
    view.close()
    return view.description


@pytest.mark.window
@pytest.mark.parametrize(("surfaces", "taken"), [(0.5, "pygame surfaces: cheaper here than OpenGL"), (2.0, "OpenGL")])
def test_the_cheaper_one_is_measured_once_and_remembered(surfaces, taken, measured, monkeypatch):
    costs, asked = measured
    costs["pygame"] = surfaces
    monkeypatch.setattr(cheaper, "IN_SOFTWARE", ("opengl",))  # whatever draws here
    for _ in range(2):
        assert opened().startswith(taken)
    assert asked == ["OpenGL", "pygame"]


@pytest.mark.window
def test_opengl_on_a_gpu_is_not_doubted(measured, monkeypatch):
    _, asked = measured
    monkeypatch.setattr(cheaper, "IN_SOFTWARE", ("no such driver",))
    assert opened().startswith("OpenGL") and asked == []
    assert not (paths.platform_folder("cache") / choices.FILE).exists()


def test_what_a_frame_costs_is_measured_by_drawing(view):
    assert 0 < cheaper.cost(view) < 10
