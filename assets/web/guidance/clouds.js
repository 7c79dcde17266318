// Clouds: a field of mass as a few heavy points, which is what the commander sees of an army. As
// nca_controller/guidance/clouds.py.

const POINTS = 256; // of a cloud; an army that needs more is seen more coarsely
const FEW_POINTS = 96; // of the cloud of a small army
const POOL = 4; // width of a coarse cell at the finest, in cells
const MOST_COARSE = 64; // coarse cells along the shorter side of a field at the finest
const LEAST_MASS = 0.05; // above which a coarse cell counts when the army is measured
const EMPTY = -1e6; // logarithm of no mass

// The levels at which a field can be seen, the most exact first: width of coarse cells, and points of a cloud.
function levelsOf(height, width) {
  const cellsAt = (pool) => Math.ceil(height / pool) * Math.ceil(width / pool);
  const widths = [Math.max(POOL, Math.ceil(Math.min(height, width) / MOST_COARSE))];
  while (cellsAt(widths.at(-1)) > POINTS) widths.push(2 * widths.at(-1));
  const every = widths.map((pool) => ({ pool, points: POINTS }));
  return cellsAt(widths[0]) > FEW_POINTS ? [{ pool: widths[0], points: FEW_POINTS }, ...every] : every;
}

// The mass in each coarse cell, and its first moments; the last row and column may reach beyond the field.
function pooled(mass, height, width, pool) {
  const rows = Math.ceil(height / pool), columns = Math.ceil(width / pool);
  const sums = new Float64Array(rows * columns), x = new Float64Array(sums.length), y = new Float64Array(sums.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const here = mass[row * width + column];
      if (here === 0) continue;
      const coarse = Math.floor(row / pool) * columns + Math.floor(column / pool);
      sums[coarse] += here;
      x[coarse] += here * (column + 0.5);
      y[coarse] += here * (row + 0.5);
    }
  }
  return { rows, columns, sums, x, y };
}

// The indices of the greatest values, the greatest first, and of equals the first.
function greatest(values, most) {
  return Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b).slice(0, most);
}

// The heaviest coarse cells, each as a point at its centre of mass, with the logarithm of its share of the total.
function cloudOf(seen, most) {
  const heaviest = greatest(seen.sums, most), count = heaviest.length;
  const cloud = { count, x: new Float64Array(count), y: new Float64Array(count), logShare: new Float64Array(count) };
  const total = heaviest.reduce((sum, cell) => sum + seen.sums[cell], 0);
  heaviest.forEach((cell, point) => {
    const weight = seen.sums[cell];
    cloud.x[point] = weight > 0 ? seen.x[cell] / weight : 0;
    cloud.y[point] = weight > 0 ? seen.y[cell] / weight : 0;
    cloud.logShare[point] = weight > 0 ? Math.log(weight / total) : EMPTY;
  });
  return cloud;
}

// Whether the mass fills no more coarse cells than a cloud has points.
function fits(seen, points) {
  return seen.sums.reduce((count, mass) => count + (mass > LEAST_MASS), 0) <= points;
}
