// Entropic optimal transport between clouds by stabilised scaling. As nca_controller/guidance/sinkhorn.py, which names
// the sources. A cost is a flat matrix, a row for each place of the source, a column for each point of the target.

const ROUNDS = 4; // of a refresh, each with potentials taken anew in the logarithm's domain
const FIRST_ROUNDS = 12; // of a new target, from a wide blur to the narrow one
const SWEEPS = 20; // iterations in a round
const NARROWING = 2; // by how much the blur shrinks from round to round
const OVERSHOOT = 1.7; // over-relaxation; 1 is plain Sinkhorn
const FARTHEST = 1e12; // factor by which a round rescales a column at most
const SELF_SWEEPS = 8; // averaged iterations for a plan from a cloud to itself

// The target's potential of the plan from source to target, from another one on; `source` and `target` are logarithms
// of shares. The blur narrows from round to round and is the given one in the last.
function sinkhorn(cost, source, target, potential, blur, rounds) {
  const rows = source.length, columns = target.length;
  const supply = source.map(Math.exp), demand = target.map(Math.exp);
  let current = Float64Array.from(potential);
  const plan = new Float64Array(rows * columns), scaled = new Float64Array(columns), balance = new Float64Array(columns);
  for (let round = 0; round < rounds; round++) {
    const width = blur * NARROWING ** (rounds - 1 - round);
    for (let row = 0; row < rows; row++) {
      const start = row * columns;
      let most = -Infinity, sum = 0;
      for (let column = 0; column < columns; column++) {
        const exponent = (current[column] - cost[start + column]) / width;
        plan[start + column] = exponent;
        most = Math.max(most, exponent + target[column]);
      }
      for (let column = 0; column < columns; column++) sum += Math.exp(plan[start + column] + target[column] - most);
      const own = -(most + Math.log(sum)); // the source's potential over the width
      for (let column = 0; column < columns; column++) {
        plan[start + column] = Math.exp(Math.min(own + plan[start + column], 60));
      }
    }
    const factors = new Float64Array(columns).fill(1);
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let column = 0; column < columns; column++) scaled[column] = demand[column] * factors[column];
      balance.fill(0);
      for (let row = 0; row < rows; row++) {
        const start = row * columns;
        let sum = 0;
        for (let column = 0; column < columns; column++) sum += plan[start + column] * scaled[column];
        const weight = supply[row] / Math.max(sum, 1 / FARTHEST);
        if (weight === 0) continue;
        for (let column = 0; column < columns; column++) balance[column] += weight * plan[start + column];
      }
      for (let column = 0; column < columns; column++) {
        const balanced = 1 / Math.max(balance[column], 1 / FARTHEST);
        const next = factors[column] * (balanced / factors[column]) ** OVERSHOOT;
        factors[column] = Math.min(Math.max(next, 1 / FARTHEST), FARTHEST);
      }
    }
    current = current.map((value, column) => value + width * Math.log(factors[column]));
  }
  return current;
}

// The potential of the plan from a cloud to itself, for squared distances.
function sinkhornToItself(cloud, blur) {
  const { count, logShare } = cloud, squared = squaredDistances(cloud, cloud);
  const kernel = squared.map((value, index) => Math.exp(-value / blur) * Math.exp(logShare[index % count]));
  let scale = new Float64Array(count).fill(1);
  for (let sweep = 0; sweep < SELF_SWEEPS; sweep++) {
    const next = new Float64Array(count);
    for (let row = 0; row < count; row++) {
      let sum = 0;
      for (let column = 0; column < count; column++) sum += kernel[row * count + column] * scale[column];
      next[row] = Math.sqrt(scale[row] / (sum + 1 / FARTHEST));
    }
    scale = next;
  }
  return scale.map((value) => blur * Math.log(value));
}

// For every place the mean of the points that the plan sends its mass to; `cost` is from the places.
function barycentricMap(cost, cloud, potential, blur) {
  const { count } = cloud, places = cost.length / count;
  const x = new Float64Array(places), y = new Float64Array(places), weights = new Float64Array(count);
  for (let place = 0; place < places; place++) {
    let most = -Infinity, sum = 0;
    for (let point = 0; point < count; point++) {
      weights[point] = (potential[point] - cost[place * count + point]) / blur + cloud.logShare[point];
      most = Math.max(most, weights[point]);
    }
    for (let point = 0; point < count; point++) {
      const weight = Math.exp(weights[point] - most);
      sum += weight;
      x[place] += weight * cloud.x[point];
      y[place] += weight * cloud.y[point];
    }
    x[place] /= sum;
    y[place] /= sum;
  }
  return { x, y };
}

// The squared distance of all pairs of places and points.
function squaredDistances(places, cloud) {
  const rows = places.x.length, columns = cloud.x.length, squared = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      squared[row * columns + column] = (places.x[row] - cloud.x[column]) ** 2 + (places.y[row] - cloud.y[column]) ** 2;
    }
  }
  return squared;
}
