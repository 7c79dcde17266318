// What the field did in a tick, as soldiers feel it: a velocity, and a push towards where they are as dense as the mass.
// As engine/soldiers/flow.py. `seen` is a tick's (mass, flux to the right, flux down, 0) cell by cell.

const SMOOTHING = 0.75; // cells: the push leaves finer differences to the separation
const THINNEST = 0.05; // density: a flux is divided by at least this
const TRACE = 0.02; // density: soldiers ignore mass that is thinner

// In each cell the flux to the right and down, and the mass that each was drawn from; and the mass without its traces.
function flowOf(seen, height, width) {
  const cells = height * width, mass = new Float64Array(cells);
  const flow = {
    height, width, mass, body: null, speed: 0,
    right: new Float64Array(cells), down: new Float64Array(cells),
    sourceX: new Float64Array(cells), sourceY: new Float64Array(cells),
  };
  for (let cell = 0; cell < cells; cell++) mass[cell] = seen[4 * cell];
  let crossed = 0, total = 0, most = 0, kept = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = row * width + column, here = mass[cell];
      const right = seen[4 * cell + 1], left = column ? seen[4 * cell - 3] : 0;
      const down = seen[4 * cell + 2], up = row ? seen[4 * (cell - width) + 2] : 0;
      // The flux through a face came from upstream: from the mass that is left there, plus the flux.
      const east = column + 1 < width ? mass[cell + 1] : 0, west = column ? mass[cell - 1] : 0;
      const south = row + 1 < height ? mass[cell + width] : 0, north = row ? mass[cell - width] : 0;
      flow.right[cell] = 0.5 * (left + right);
      flow.down[cell] = 0.5 * (up + down);
      flow.sourceX[cell] = 0.5 * (Math.max(Math.abs(left), here, west) + Math.max(Math.abs(right), here, east));
      flow.sourceY[cell] = 0.5 * (Math.max(Math.abs(up), here, north) + Math.max(Math.abs(down), here, south));
      crossed += Math.abs(right) + Math.abs(down);
      total += here;
      most = Math.max(most, here);
    }
  }
  flow.speed = crossed / total; // mean speed of the mass, in cells per tick
  const least = Math.min(TRACE, 0.5 * most);
  flow.body = mass.map((here) => (here < least ? 0 : here));
  for (const here of flow.body) kept += here;
  flow.body = flow.body.map((here) => (here * total) / kept);
  return flow;
}

// How many soldiers stand in each cell, each shared among the four nearest.
function countedIn(x, y, height, width) {
  const counts = new Float64Array(height * width), corner = {};
  for (let soldier = 0; soldier < x.length; soldier++) {
    const { index, right, down } = cornerOf(x[soldier], y[soldier], height, width, corner);
    counts[index] += (1 - right) * (1 - down);
    counts[index + 1] += right * (1 - down);
    counts[index + width] += (1 - right) * down;
    counts[index + width + 1] += right * down;
  }
  return counts;
}

// The steps that would make soldiers at these places as dense as the mass, the mass around each, and for whom there is
// none: those go home, at HOME_SPEED.
function pushesTo(flow, x, y, massPerSoldier) {
  const { height, width, body } = flow, counts = countedIn(x, y, height, width);
  const excess = counts.map((count, cell) => massPerSoldier * count - body[cell]);
  const push = gradientOf(potentialOf(excess, height, width, SMOOTHING), height, width);
  const result = { x: new Float64Array(x.length), y: new Float64Array(x.length), density: new Float64Array(x.length) };
  const corner = {};
  let pull = null;
  for (let soldier = 0; soldier < x.length; soldier++) {
    cornerOf(x[soldier], y[soldier], height, width, corner);
    const density = fieldAt(body, corner, width);
    let stepX, stepY;
    if (density < TRACE) {
      pull ??= gradientOf(potentialOf(body.map((here) => -here), height, width, SMOOTHING), height, width);
      const homeX = fieldAt(pull.x, corner, width), homeY = fieldAt(pull.y, corner, width);
      const way = Math.max(Math.hypot(homeX, homeY), 1e-12);
      [stepX, stepY] = [(HOME_SPEED * homeX) / way, (HOME_SPEED * homeY) / way];
    } else {
      const thick = Math.max(density, THINNEST) / PUSH_GAIN;
      [stepX, stepY] = [fieldAt(push.x, corner, width) / thick, fieldAt(push.y, corner, width) / thick];
    }
    const limit = limitOf(stepX, stepY, TOP_SPEED);
    result.x[soldier] = stepX * limit;
    result.y[soldier] = stepY * limit;
    result.density[soldier] = density;
  }
  return result;
}

// The factor that shortens a step to at most `longest`.
function limitOf(x, y, longest) {
  return Math.min(1, longest / Math.max(Math.hypot(x, y), 1e-6));
}
