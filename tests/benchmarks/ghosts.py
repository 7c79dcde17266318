"""How long the men of an order in hand take to stand up while the mouse moves on.

PYTHONPATH=tests/support python tests/benchmarks/ghosts.py
"""

import time

import numpy as np
from stand_in import StandIn

from engine import formations
from engine.battle import BattleSetup
from engine.controls import Feedback, Mouse, Player
from engine.orders import Order
from engine.plugin import Ground
from engine.presentation import compose
from engine.scenarios import Regiment, Scenario
from engine.view import Modifiers, MouseButton, MouseMove

REGIMENTS, MEN, MASS = 8, 1250, 150.0
GRID, SIZE = (128, 192), (1280, 720)
STEPS = 40  # of the mouse
STROKES = {
    "right-drag": ("right", Modifiers(), [(400 + 10 * k, 300 + k) for k in range(STEPS)]),
    "freehand": ("right", Modifiers(alt=True), [(300 + 20 * k, 300 + round(60 * np.sin(k / 5))) for k in range(STEPS)]),
    "brush": ("left", Modifiers(), [(400 + 10 * k, 300 + k) for k in range(STEPS)]),
}


def main() -> None:
    """Print milliseconds a frame for each kind of stroke, for one regiment and for all."""
    regiments = tuple(Regiment(str(number), 0, MASS, MEN, "one") for number in range(REGIMENTS))
    orders = tuple(Order("circle", (16 + 22 * number, 100)) for number in range(REGIMENTS))
    ground = Ground.plain(*GRID)
    scenario = Scenario(title="ghosts", ground=ground, regiments=regiments, orders=orders)
    battle = BattleSetup(StandIn, {"one": object}, formations.load(), scenario).build()
    scene = compose(battle.state)
    print("stroke      men     median ms  greatest ms  stood up in frames")
    for name, (button, held, path) in STROKES.items():
        for chosen in ((3,), tuple(range(REGIMENTS))):
            player = Player(battle.execute, print)
            player.enter(battle)
            player.selection = player.selection.choose(chosen)
            mouse = Mouse(GRID, SIZE, player)
            if name == "brush":
                mouse.toggle_tool("brush")
            feedback = Feedback(mouse)
            mouse.on(MouseButton(path[0], button, True, held), 0.0)
            seconds, men, before, stood = [], 0, None, 0
            for pixel in path[1:]:
                mouse.on(MouseMove(pixel, held), 0.0)
                began = time.perf_counter()
                shown = feedback.decorate(scene, battle).preview
                seconds.append(time.perf_counter() - began)
                stood += shown is not before
                before, men = shown, 0 if shown is None else len(shown.position)
            median, greatest = 1e3 * np.median(seconds), 1e3 * max(seconds)
            print(f"{name:<11} {men:<7} {median:9.1f}  {greatest:11.1f}  {stood} of {len(seconds)}")


if __name__ == "__main__":
    main()
