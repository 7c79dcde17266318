// The transport plan between clouds, with urgency, debiased by the plan of the mass to itself. As
// nca_controller/guidance/plan.py and urgency.py.

const BLUR = 0.5; // square of the blur, as a share of that of a coarse cell
const GREATEST_URGENCY = 4; // how much more than its square the longest way costs
const POWER = 3; // of the squared distance, by which urgency grows with the way
const FARTHEST_WAYS = 2; // times the square of the longest way: beyond it urgency grows no more
const SLACK = 0.03; // share of the army that may lag
const LEAST_SLACK = 1e-4; // share that always may
const CLOSE = 6; // cells: up to this longest way urgency is 0, and from twice as many on it is 1
const CROSSING = 1e5; // cost of matching slack with slack

// The plan before any order: every displacement is 0.
function emptyPlan(height, width) {
  return {
    height, width, level: 0, longest: 0, target: null,
    potential: new Float64Array(POINTS + 1),
    x: new Float64Array(height * width), y: new Float64Array(height * width), // displacement, in cells
  };
}

function urgencyOf(longest) {
  return Math.min(Math.max(longest / CLOSE - 1, 0), 1);
}

// What ways of these squared lengths cost, in squared cells; the square where there is no urgency.
function urgentCost(squared, longest) {
  const urgency = GREATEST_URGENCY * urgencyOf(longest), unit = Math.max(longest, CLOSE) ** 2;
  return squared.map((value) => {
    const relative = Math.min(value / unit, FARTHEST_WAYS);
    return (value * (1 + urgency * relative ** POWER)) / (1 + urgency);
  });
}

// The cost with one more row and column, the slack: mass may lag and places stay empty at no cost.
function withSlack(cost, rows, columns) {
  const wider = new Float64Array((rows + 1) * (columns + 1));
  for (let row = 0; row < rows; row++) {
    wider.set(cost.subarray(row * columns, (row + 1) * columns), row * (columns + 1));
  }
  wider[wider.length - 1] = CROSSING;
  return wider;
}

// The plan from this mass to this target, refreshed from an earlier one.
function planTransport(plan, mass, target) {
  const { height, width } = plan, levels = levelsOf(height, width);
  const seenAt = (pool) => [pooled(mass, height, width, pool), pooled(target, height, width, pool)];
  let level = levels.findIndex(({ pool, points }) => seenAt(pool).every((seen) => fits(seen, points)));
  if (level < 0) level = levels.length - 1;
  return planAt(level, plan, mass, target);
}

function planAt(level, plan, mass, target) {
  const { height, width } = plan, { pool, points } = levelsOf(height, width)[level], blur = BLUR * pool ** 2;
  const seen = pooled(mass, height, width, pool);
  const source = cloudOf(seen, points), sink = cloudOf(pooled(target, height, width, pool), points);
  const { count } = sink;
  const fresh = plan.level !== level || plan.target === null || target.some((value, cell) => value !== plan.target[cell]);
  const squared = squaredDistances(source, sink);
  // A new order is planned without urgency first: that gives the longest displacement, on which urgency depends.
  const start = fresh ? new Float64Array(count + 1) : plan.potential.slice(0, count + 1);
  let { longest } = plan;
  if (fresh) {
    const first = sinkhorn(squared, source.logShare, sink.logShare, start.subarray(0, count), blur, FIRST_ROUNDS);
    start.set(first);
    const there = barycentricMap(squared, sink, first, blur);
    const lengths = there.x.map((x, point) => Math.hypot(x - source.x[point], there.y[point] - source.y[point]));
    longest = longestDisplacement(lengths, source.logShare.map(Math.exp));
  }
  const slack = Math.log(Math.max(SLACK * urgencyOf(longest), LEAST_SLACK));
  const potential = sinkhorn(
    withSlack(urgentCost(squared, longest), source.count, count),
    Float64Array.of(...source.logShare, slack), Float64Array.of(...sink.logShare, slack), start, blur, ROUNDS);
  const chosen = greatest(maximumAround(seen), 2 * points);
  const centres = {
    x: Float64Array.from(chosen, (cell) => ((cell % seen.columns) + 0.5) * pool),
    y: Float64Array.from(chosen, (cell) => (Math.floor(cell / seen.columns) + 0.5) * pool),
  };
  const to = barycentricMap(
    urgentCost(squaredDistances(centres, sink), longest), sink, potential.subarray(0, count), blur);
  const stay = barycentricMap(squaredDistances(centres, source), source, sinkhornToItself(source, blur), blur);
  const coarseX = new Float64Array(seen.sums.length), coarseY = new Float64Array(seen.sums.length);
  chosen.forEach((cell, place) => {
    coarseX[cell] = to.x[place] - stay.x[place];
    coarseY[cell] = to.y[place] - stay.y[place];
  });
  const kept = Float64Array.from(plan.potential);
  kept.set(potential);
  return {
    height, width, level, potential: kept, target: Float64Array.from(target),
    longest: longestDisplacement(coarseX.map((x, cell) => Math.hypot(x, coarseY[cell])), seen.sums),
    x: enlarged(coarseX, seen, pool, height, width), y: enlarged(coarseY, seen, pool, height, width),
  };
}

// The greatest mass in or beside each coarse cell.
function maximumAround({ rows, columns, sums }) {
  return sums.map((_, cell) => {
    const row = Math.floor(cell / columns), column = cell % columns;
    let most = 0;
    for (let i = Math.max(row - 1, 0); i <= Math.min(row + 1, rows - 1); i++) {
      for (let j = Math.max(column - 1, 0); j <= Math.min(column + 1, columns - 1); j++) {
        most = Math.max(most, sums[i * columns + j]);
      }
    }
    return most;
  });
}

// The length that no displacement exceeds but for the share of the mass that may lag.
function longestDisplacement(lengths, mass) {
  const order = Array.from(lengths.keys()).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const enough = (1 - SLACK) * order.reduce((sum, cell) => sum + mass[cell], 0);
  let sum = 0;
  for (const cell of order) {
    sum += mass[cell];
    if (sum >= enough) return lengths[cell];
  }
  return lengths[order.at(-1)];
}

// A coarse field on the fine grid, linear between the middles of coarse cells.
function enlarged(coarse, { rows, columns }, pool, height, width) {
  const fine = new Float64Array(height * width), corner = {};
  if (rows < 2 || columns < 2) throw new RangeError("the field is too small for a plan");
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      cornerOf((column + 0.5) / pool, (row + 0.5) / pool, rows, columns, corner);
      fine[row * width + column] = fieldAt(coarse, corner, columns);
    }
  }
  return fine;
}
