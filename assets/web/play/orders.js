// Orders: where the army shall stand. Each has a target, a field of exactly the army's mass; its angle, the front in radians
// clockwise from up; its centre; how its ranks stand; and the frontage or the discs that it was made with. As engine/formations/mass.py, placement.py and place_order.py, on plain
// open ground of capacity 1.

const QUANTUM = 2 ** -20; // masses are multiples of it
const FULLEST = 0.9; // share of the ground that an army may take
const THINNEST_PAINTED = 0.5; // density, at least, on painted ground
const FIRST_REACH = 2; // cells outside the edge that are searched first

// A target of exactly that mass: each cell's room times the coverage of the shape, whose edge moves until it fits.
// `distance` is signed, in cells, negative inside.
function filled(distance, mass, room) {
  let reach = FIRST_REACH;
  const near = () => Array.from(distance.keys()).filter((cell) => distance[cell] < reach);
  const held = (cells, edge) =>
    cells.reduce((sum, cell) => sum + room[cell] * Math.min(Math.max(edge - distance[cell] + 0.5, 0), 1), 0);
  let cells = near();
  while (cells.length < distance.length && held(cells, reach - 0.5) <= mass) {
    reach *= 2;
    cells = near();
  }
  let low = cells.reduce((least, cell) => Math.min(least, distance[cell]), Infinity) - 1, high = reach - 0.5;
  for (let step = 0; step < 48; step++) {
    const middle = (low + high) / 2;
    if (held(cells, middle) > mass) high = middle;
    else low = middle;
  }
  const target = new Float32Array(distance.length);
  let missing = mass / QUANTUM;
  for (const cell of cells) {
    const share = Math.min(Math.max(low - distance[cell] + 0.5, 0), 1);
    target[cell] = Math.floor((room[cell] * share) / QUANTUM) * QUANTUM;
    missing -= target[cell] / QUANTUM;
  }
  // What rounding left over goes to the deepest cells that have room.
  for (const cell of cells.sort((a, b) => distance[a] - distance[b] || a - b)) {
    const more = Math.min(missing, (room[cell] - target[cell]) / QUANTUM);
    target[cell] += more * QUANTUM;
    missing -= more;
    if (missing <= 0) break;
  }
  return target;
}

// A field of a number for each cell, from the places of the cells' middles.
function overCells(field, valueAt) {
  const values = new Float64Array(field.height * field.width);
  for (let row = 0; row < field.height; row++) {
    for (let column = 0; column < field.width; column++) {
      values[row * field.width + column] = valueAt(column + 0.5, row + 0.5);
    }
  }
  return values;
}

// Frontage, depth, hollow and density of a formation with that mass, as wide as `frontage` says or else as it is by itself.
function dimensionsOf(formation, mass, field, angle, frontage) {
  const thin = 1 / (formation.spacing[0] * formation.spacing[1]);
  const density = field.height * field.width * thin * FULLEST >= mass ? thin : 1, area = mass / density;
  let shaped = formation;
  if (frontage !== null) {
    const shape = SHAPES[formation.shape];
    const ratio = ratioWhere((one) => sizeOf(shape, area, one, formation.hollow)[0] <= frontage);
    shaped = { ...formation, ratio, ranks: 0 };
  }
  return [...fittedSize(shaped, area, field, angle), density];
}

// The order to take up a formation around a centre.
function formUp(formation, mass, field, { centre, angle, frontage = null }) {
  const [wide, depth, hollow, density] = dimensionsOf(formation, mass, field, angle, frontage);
  const [x, y] = pushedInside(centre, extents(wide, depth, angle), field);
  const cos = Math.cos(angle), sin = Math.sin(angle), outline = SHAPES[formation.shape].outline;
  const distance = overCells(field, (column, row) => {
    const across = (column - x) * cos + (row - y) * sin, ahead = (column - x) * sin - (row - y) * cos;
    const outer = outline(across, ahead, wide, depth);
    return hollow ? Math.abs(outer + hollow / 2) - hollow / 2 : outer;
  });
  const room = new Float64Array(distance.length).fill(Math.floor(density / QUANTUM) * QUANTUM);
  const { spacing, stagger } = formation;
  return { target: filled(distance, mass, room), angle, centre: [x, y], frontage, depth, spacing, stagger };
}

// The nearest centre that keeps a box of these half extents inside the field, or the field's middle.
function pushedInside([x, y], [halfWidth, halfHeight], field) {
  const kept = (at, half, size) => {
    const edge = half + FIELD_MARGIN;
    return 2 * edge <= size ? Math.min(Math.max(at, edge), size - edge) : size / 2;
  };
  return [kept(x, halfWidth, field.width), kept(y, halfHeight, field.height)];
}

// The order to draw up with the first rank on the line from the left flank to the right one.
function alongFront(formation, mass, field, first, last) {
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  const across = (last[0] - first[0]) / length, down = (last[1] - first[1]) / length;
  const angle = Math.atan2(down, across), middle = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
  const [, depth] = dimensionsOf(formation, mass, field, angle, length);
  const centre = [middle[0] - (down * depth) / 2, middle[1] + (across * depth) / 2];
  return formUp(formation, mass, field, { centre, angle, frontage: length });
}

// The order to stand on what was drawn: discs [x, y, radius], thinner on much ground, beyond the rim on little.
function overDrawing(discs, mass, field, angle) {
  const distance = overCells(field, (x, y) =>
    discs.reduce((least, [atX, atY, radius]) => Math.min(least, Math.hypot(x - atX, y - atY) - radius), Infinity));
  const painted = distance.reduce((sum, away) => sum + Math.min(Math.max(0.5 - away, 0), 1), 0);
  if (painted === 0) return null;
  const density = Math.min(Math.max(mass / painted, THINNEST_PAINTED), 1);
  const room = new Float64Array(distance.length).fill(Math.ceil(density / QUANTUM) * QUANTUM);
  const target = filled(distance, mass, room);
  return { target, angle, centre: middleOf(target, field), discs, spacing: [1, 1], stagger: false };
}

// The crowd in which an army musters: a round heap whose rim thins out over `softness` cells.
function crowd(mass, field, centre, softness = 3) {
  const radius = Math.sqrt(mass / Math.PI);
  const distance = overCells(field, (x, y) => (Math.hypot(x - centre[0], y - centre[1]) - radius) / softness);
  return filled(distance, mass, new Float64Array(distance.length).fill(1));
}

// The centre of mass of a field.
function middleOf(mass, field) {
  let sum = 0, x = 0, y = 0;
  mass.forEach((here, cell) => {
    sum += here;
    x += here * ((cell % field.width) + 0.5);
    y += here * (Math.floor(cell / field.width) + 0.5);
  });
  return [x / sum, y / sum];
}

// The discs of a brush drawn over these places, no farther than half a radius apart.
function brushDiscs(places, radius) {
  const discs = [[...places[0], radius]];
  for (const [x, y] of places.slice(1)) {
    const [fromX, fromY] = discs.at(-1), steps = Math.floor((2 * Math.hypot(x - fromX, y - fromY)) / radius);
    for (let step = 1; step <= steps; step++) {
      discs.push([fromX + ((x - fromX) * step) / steps, fromY + ((y - fromY) * step) / steps, radius]);
    }
  }
  return discs;
}

// How many quanta a mass holds, exactly.
function quantaOf(mass) {
  let sum = 0;
  for (let cell = 0; cell < mass.length; cell++) sum += mass[cell] * 2 ** 20;
  return sum;
}

// The share of a target that is filled.
function overlapOf(mass, target) {
  let filledSum = 0, wanted = 0;
  for (let cell = 0; cell < mass.length; cell++) {
    filledSum += Math.min(mass[cell], target[cell]);
    wanted += target[cell];
  }
  return filledSum / wanted;
}
