"""How a game of the small army is begun."""

from dataclasses import replace

import pytest
from session import Session


@pytest.fixture
def start(campaign, shared_offscreen, tmp_path):
    def begin(schedule=(), **changes):
        scenario = replace(campaign.scenario, schedule=schedule)
        return Session(replace(campaign, scenario=scenario, **changes), shared_offscreen, tmp_path)

    return begin
