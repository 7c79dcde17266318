// A wound: whoever stands under a disc is thrown to free ground nearby. The total stays, to the last quantum; a cell
// takes at most half of what it has room for, as in nca_controller/tasks/damage.py, so that the army is loosened.

const THROWN = 14; // cells from the rim of the disc, the farthest that soldiers are thrown while there is room

// The mass after the blow, and how many quanta were under it. Where nobody stands there, or the field has no room for
// them, the mass is the one before. `random` returns numbers from 0 to 1.
function wounded(mass, field, [x, y], radius, random) {
  const away = overCells(field, (column, row) => Math.hypot(column - x, row - y) - radius);
  const after = Float32Array.from(mass);
  let struck = 0; // in quanta
  after.forEach((here, cell) => {
    if (away[cell] >= 0 || here === 0) return;
    struck += here * 2 ** 20;
    after[cell] = 0;
  });
  if (struck === 0) return { after: mass, struck };
  const around = Array.from(away.keys()).filter((cell) => away[cell] >= 0);
  // In a random order within reach of the throw, and beyond it as near as there is room.
  const rank = new Map(around.map((cell) => [cell, away[cell] <= THROWN ? random() * THROWN : away[cell]]));
  around.sort((a, b) => rank.get(a) - rank.get(b));
  let thrown = struck;
  for (const share of [0.5, 1]) {
    for (const cell of around) {
      const landed = Math.min(thrown, Math.floor((1 - after[cell]) * share * 2 ** 20));
      after[cell] += landed * QUANTUM;
      thrown -= landed;
      if (thrown === 0) return { after, struck };
    }
  }
  return { after: mass, struck };
}
