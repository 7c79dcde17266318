// Keys, as the game has them (engine/controls/bindings.py). They are places, named after the US layout.

const TURN_STEP = Math.PI / 12, MOVE_STEP = 4, PAN_STEP = 60; // radians, cells, and pixels with each press

// What keys do: their codes, the row of the help that says so, which several may share, and the function that does it.
function bindingsOf(game) {
  const pan = (right, down) => () => game.camera.pan(right * PAN_STEP, down * PAN_STEP);
  return [
    ...game.player.formations.filter(({ key }) => /^\d$/.test(key)).map((one) =>
      [[`Digit${one.key}`, `Numpad${one.key}`], "1 .. 8", "form", () => game.player.form(one.name)]),
    [["KeyF"], "F", "next formation", () => game.player.nextFormation()],
    [["KeyQ"], "Q E", "turn left, right", () => game.player.turn(-TURN_STEP)],
    [["KeyE"], "Q E", "turn left, right", () => game.player.turn(TURN_STEP)],
    [["ArrowLeft"], "Arrows", "move", () => game.player.shift(-MOVE_STEP, 0)],
    [["ArrowRight"], "Arrows", "move", () => game.player.shift(MOVE_STEP, 0)],
    [["ArrowUp"], "Arrows", "move", () => game.player.shift(0, -MOVE_STEP)],
    [["ArrowDown"], "Arrows", "move", () => game.player.shift(0, MOVE_STEP)],
    [["Backspace"], "Backspace", "halt", () => game.player.halt()],
    [["KeyB"], "B", "take the brush, put it down", () => game.toggleTool("draw")],
    [["KeyC"], "C", "take the scatter, put it down", () => game.toggleTool("wound")],
    [["BracketLeft"], "[ ]", "smaller, larger brush", () => game.resizeBrush(-1)],
    [["BracketRight"], "[ ]", "smaller, larger brush", () => game.resizeBrush(1)],
    [["KeyW"], "W A S D", "move the camera", pan(0, 1)],
    [["KeyA"], "W A S D", "move the camera", pan(1, 0)],
    [["KeyS"], "W A S D", "move the camera", pan(0, -1)],
    [["KeyD"], "W A S D", "move the camera", pan(-1, 0)],
    [["Home"], "Home", "show the whole field", () => game.camera.showAll()],
    [["Space"], "Space", "pause, go on", () => game.pause()],
    [["Period", "NumpadDecimal"], ".", "pause and step one tick", () => game.step()],
    [["Equal", "NumpadAdd"], "+", "twice as fast", () => game.faster(2)],
    [["Minus", "NumpadSubtract"], "-", "half as fast", () => game.faster(0.5)],
    [["F1"], "F1", "show or hide the keys", () => game.panel.help()],
    [["F8"], "F8", "show or hide the target", () => game.toggleTarget()],
    [["Escape"], "Esc", "let go of what is in hand", () => game.letGo()],
  ];
}

function listenToKeys(game) {
  const table = new Map(bindingsOf(game).flatMap(([codes, , , act]) => codes.map((code) => [code, act])));
  window.addEventListener("keydown", (event) => {
    const act = table.get(event.code);
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    document.activeElement?.blur();
    act();
    game.stir();
  });
}
