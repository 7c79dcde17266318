// Rank and file: so many slots on the mass as it lies, and which soldier takes which. After engine/formations/slots.py
// and engine/soldiers/assignment.py; slots are ranks of equal shares of mass, so that they are as dense as the mass.

const SAMPLES_PER_RANK = 3; // rows of samples
const THINNEST_RANK = 0.05; // share of the full density: where it is less, ranks are as if it were this
const SWAPS = 12; // rounds in which neighbours exchange slots
const NEIGHBOURS = 1.7; // spacings up to which slots are neighbours
const FULL = 0.95; // quantile of the mass in occupied cells that counts as the full density

// So many slots (x, y in cells), from the front rank's left flank to the rear's right. `front` is in radians clockwise
// from up, `spacing` between files and between ranks.
function slotsOn(mass, height, width, count, { centre, front, spacing, stagger }) {
  const cos = Math.cos(front), sin = Math.sin(front), skew = spacing[0] / spacing[1], corner = {};
  const occupied = Array.from(mass).filter((here) => here > 0).sort((a, b) => a - b);
  const full = occupied[Math.floor(FULL * (occupied.length - 1))];
  const each = occupied.reduce((sum, here) => sum + here, 0) / count;
  const step = Math.sqrt(each / full) / SAMPLES_PER_RANK;
  const [left, right, rear, before] = reachOf(mass, height, width, centre, cos, sin);
  const columns = Math.ceil((right - left) / step) + 1, rows = Math.ceil((before - rear) / step) + 1;
  const samples = new Float64Array(rows * columns), along = new Float64Array(rows), depth = new Float64Array(rows);
  let deep = 0;
  for (let row = 0; row < rows; row++) {
    let squares = 0;
    for (let column = 0; column < columns; column++) {
      const across = left + column * step, ahead = before - row * step;
      const x = centre[0] + across * cos + ahead * sin, y = centre[1] + across * sin - ahead * cos;
      const inside = x > 0 && y > 0 && x < width && y < height;
      const value = inside ? fieldAt(mass, cornerOf(x, y, height, width, corner), width) : 0;
      samples[row * columns + column] = value;
      along[row] += value;
      squares += value * value;
    }
    // A rank is as deep as one soldier's area at that density is long.
    const density = squares / Math.max(along[row], 1e-12);
    const thickness = Math.sqrt(each / Math.max(density, THINNEST_RANK * full) / skew);
    deep += along[row] > 0 ? step / thickness : 0;
    depth[row] = deep;
  }
  const ranks = Math.max(Math.ceil(deep), 1), total = along.reduce((sum, one) => sum + one, 0);
  const slots = { x: new Float64Array(count), y: new Float64Array(count) };
  let placed = 0, reached = 0;
  for (let rank = 0; rank < ranks; rank++) {
    const within = (row) => Math.min(Math.floor(depth[row] - depth[0] / 2), ranks - 1) === rank;
    const profile = new Float64Array(columns);
    let share = 0, middle = 0;
    for (let row = 0; row < rows; row++) {
      if (!within(row)) continue;
      for (let column = 0; column < columns; column++) profile[column] += samples[row * columns + column];
      share += along[row];
      middle += along[row] * (before - row * step);
    }
    reached += share;
    const bound = Math.floor((reached / total) * count + 0.5), files = bound - placed;
    if (files <= 0 || share === 0) continue;
    const shift = stagger ? (rank % 2 ? 0.25 : -0.25) : 0;
    let column = 0, filled = profile[0];
    for (let file = 0; file < files; file++) {
      const wanted = ((file + 0.5 + shift) / files) * share;
      while (filled < wanted && column + 1 < columns) filled += profile[++column];
      const part = profile[column] > 0 ? (filled - wanted) / profile[column] : 0;
      const across = left + (column + 0.5 - part) * step, ahead = middle / share;
      slots.x[placed] = centre[0] + across * cos + ahead * sin;
      slots.y[placed++] = centre[1] + across * sin - ahead * cos;
    }
  }
  return slots;
}

// The coordinates of the mass's left and right flank, rear and front, in cells.
function reachOf(mass, height, width, centre, cos, sin) {
  const reach = [Infinity, -Infinity, Infinity, -Infinity], rim = 0.5 * (Math.abs(cos) + Math.abs(sin));
  for (let cell = 0; cell < height * width; cell++) {
    if (mass[cell] === 0) continue;
    const x = (cell % width) + 0.5 - centre[0], y = Math.floor(cell / width) + 0.5 - centre[1];
    const across = x * cos + y * sin, ahead = x * sin - y * cos;
    reach[0] = Math.min(reach[0], across - rim);
    reach[1] = Math.max(reach[1], across + rim);
    reach[2] = Math.min(reach[2], ahead - rim);
    reach[3] = Math.max(reach[3], ahead + rim);
  }
  return reach;
}

// The slot of each soldier, so that they walk little: both are halved alike, over and over, along the longer side of
// the slots; then neighbours swap where it helps.
function assigned(x, y, slots, spacing) {
  const slotOf = new Uint32Array(x.length), all = Array.from(x.keys());
  const halve = (soldiers, places) => {
    if (places.length === 1) {
      slotOf[soldiers[0]] = places[0];
      return;
    }
    const spread = (of) => places.reduce((most, one) => Math.max(most, of[one]), -Infinity)
      - places.reduce((least, one) => Math.min(least, of[one]), Infinity);
    const wide = spread(slots.x) > spread(slots.y), half = places.length >> 1;
    const sorted = (which, a, b) => which.sort((one, other) => a[one] + 1e-3 * b[one] - a[other] - 1e-3 * b[other]);
    sorted(soldiers, wide ? x : y, wide ? y : x);
    sorted(places, wide ? slots.x : slots.y, wide ? slots.y : slots.x);
    halve(soldiers.slice(0, half), places.slice(0, half));
    halve(soldiers.slice(half), places.slice(half));
  };
  halve(all.slice(), all.slice());
  const soldierOf = new Uint32Array(x.length);
  slotOf.forEach((slot, soldier) => (soldierOf[slot] = soldier));
  const away = (soldier, slot) => (x[soldier] - slots.x[slot]) ** 2 + (y[soldier] - slots.y[slot]) ** 2;
  for (let round = 0, swapped = true; swapped && round < SWAPS; round++) {
    swapped = false;
    visitNearPairs(slots.x, slots.y, NEIGHBOURS * spacing, (one, other) => {
      const first = soldierOf[one], second = soldierOf[other];
      const saved = away(first, one) + away(second, other) - away(first, other) - away(second, one);
      if (saved <= 1e-6) return;
      [soldierOf[one], soldierOf[other]] = [second, first];
      swapped = true;
    });
  }
  soldierOf.forEach((soldier, slot) => (slotOf[soldier] = slot));
  return slotOf;
}
