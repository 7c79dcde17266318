"""Trainers that fight alike are traced and compiled once, which takes longer than all that the tests do with them."""

from dataclasses import replace

import pytest

BESIDE = {"iterations": 100, "accumulate": 1, "pool": 64, "renewed": 0.0, "wounded": 0.0, "replaced": 1}  # the battles
BESIDE |= {"save_every": 1, "show_every": 0, "warmup": 1, "decay": 0, "learning_rate": 1e-3}
BESIDE |= {"optimiser": "adam", "init": ""}

TRACED = {}  # serves all modules of a worker


@pytest.fixture(scope="module", autouse=True)
def traced_once():
    from nca_controller.training.loop import Trainer

    begin = Trainer.__init__

    def begin_with_what_is_there(self, config, parts=None):
        begin(self, config, parts)
        alike = (replace(config, **BESIDE), self.spread)
        self._gradient, self._fight = TRACED.setdefault(alike, (self._gradient, self._fight))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "__init__", begin_with_what_is_there)
        yield
