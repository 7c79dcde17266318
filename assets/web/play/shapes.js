// The outlines of formations: their size for an area, and the signed distance to their edge. As
// engine/formations/shapes.py and placement.py. Lengths are in cells, negative distances lie inside; `across` runs along
// the front to the right, `ahead` towards the enemy.

const WIDEST = 64; // frontage over depth of the thinnest line that is tried
const DEEPEN = 1.06; // step of the search for deeper ranks
const FIELD_MARGIN = 1; // cells kept free between an order and the border of the field

const SHAPES = {
  rectangle: {
    share: 1,
    outline(across, ahead, frontage, depth) {
      const beside = Math.abs(across) - frontage / 2, before = Math.abs(ahead) - depth / 2;
      return Math.hypot(Math.max(beside, 0), Math.max(before, 0)) + Math.min(Math.max(beside, before), 0);
    },
    core: (frontage, depth, by) => Math.max(frontage - 2 * by, 0) * Math.max(depth - 2 * by, 0),
  },
  triangle: {
    share: 0.5,
    outline(across, ahead, frontage, depth) {
      const slant = Math.hypot(frontage / 2, depth);
      const flank = (Math.abs(across) * depth + ((ahead - depth / 2) * frontage) / 2) / slant;
      return Math.max(flank, -ahead - depth / 2);
    },
    core(frontage, depth, by) {
      const radius = (frontage * depth) / (frontage + 2 * Math.hypot(frontage / 2, depth));
      return ((frontage * depth) / 2) * Math.max(1 - by / radius, 0) ** 2;
    },
  },
  ellipse: {
    share: Math.PI / 4,
    outline(across, ahead, frontage, depth) {
      const near = Math.hypot((2 * across) / frontage, (2 * ahead) / depth);
      if (near < 1e-6) return -Math.min(frontage, depth) / 2;
      return (near * (near - 1)) / Math.hypot((4 * across) / frontage ** 2, (4 * ahead) / depth ** 2);
    },
    core: (frontage, depth, by) => (Math.PI / 4) * SHAPES.rectangle.core(frontage, depth, by),
  },
};

// Frontage and depth of a shape for so many cells and that ratio; full where the faces of a hollow one would meet.
function sizeOf(shape, area, ratio, hollow) {
  let frontage = Math.sqrt((area / shape.share) * ratio);
  if (!hollow) return [frontage, frontage / ratio];
  const left = (wide) => (shape.share * wide * wide) / ratio - shape.core(wide, wide / ratio, hollow);
  let small = frontage, large = 2 * frontage;
  while (left(large) < area) large *= 2;
  for (let step = 0; step < 50; step++) {
    frontage = (small + large) / 2;
    if (left(frontage) < area) small = frontage;
    else large = frontage;
  }
  return [frontage, frontage / ratio];
}

// The ratio of frontage to depth at which `isBelow` turns false.
function ratioWhere(isBelow) {
  let low = 1 / WIDEST, high = WIDEST;
  for (let step = 0; step < 40; step++) {
    const ratio = Math.sqrt(low * high);
    if (isBelow(ratio)) low = ratio;
    else high = ratio;
  }
  return low;
}

// Frontage, depth and hollow in cells: as the formation says, then with ever deeper ranks, then ever wider.
function* deeper(formation, area) {
  const shape = SHAPES[formation.shape];
  let { ratio, hollow } = formation;
  if (formation.ranks) {
    const depth = formation.ranks * formation.spacing[1];
    ratio = ratioWhere((one) => sizeOf(shape, area, one, hollow)[1] > depth);
  }
  for (; hollow > 0 && hollow < Math.sqrt(area) / 2; hollow *= DEEPEN) {
    yield [...sizeOf(shape, area, ratio, hollow), hollow];
  }
  for (const step of [1 / DEEPEN, DEEPEN]) {
    for (let one = ratio; one >= 1 / WIDEST && one <= WIDEST; one *= step) yield [...sizeOf(shape, area, one, 0), 0];
  }
}

// Half the width and half the height in cells of the box around a formation that looks `front` radians from up.
function extents(frontage, depth, front) {
  const cos = Math.abs(Math.cos(front)), sin = Math.abs(Math.sin(front));
  return [(frontage * cos + depth * sin) / 2, (frontage * sin + depth * cos) / 2];
}

// The first of ever deeper sizes that fits the field, or the least oversized.
function fittedSize(formation, area, field, front) {
  let best = null, least = Infinity;
  for (const size of deeper(formation, area)) {
    const [halfWidth, halfHeight] = extents(size[0], size[1], front);
    const excess = Math.max(
      2 * (halfWidth + FIELD_MARGIN) - field.width, 2 * (halfHeight + FIELD_MARGIN) - field.height);
    if (excess < least) [best, least] = [size, excess];
    if (excess <= 0) break;
  }
  return best;
}
