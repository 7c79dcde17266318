// The commander: orders a planned velocity and a proximity for every cell. A worker; one tick's mass in, an order out.
// As nca_controller/guidance/following.py, plan.py's `follow` and poisson.py.

const REFRESH = 4; // ticks between two refreshes of the plan
const NEAR = 3; // cells from its destination at which mass follows the Poisson flow instead
const THIN = 0.1; // mass per cell, added to the divisor: cells with less are not sped up further
const STANDSTILL = 1e-12; // squared speed below which a velocity has no direction

class Commander {
  constructor(height, width) {
    this.plan = emptyPlan(height, width);
    this.ticks = 0;
  }

  // The order for a tick: an array of (target mass, planned vx, planned vy, proximity) cell by cell.
  order(mass, target) {
    if (this.ticks++ % REFRESH === 0) this.plan = planTransport(this.plan, mass, target);
    return follow(this.plan, mass, target);
  }
}

// Far from its destination mass goes straight there at full speed; near it the Poisson flow settles it to the cell.
function follow(plan, mass, target) {
  const { height, width } = plan, order = new Float32Array(4 * height * width);
  const excess = Float64Array.from(mass, (here, cell) => here - target[cell]);
  const flow = gradientOf(potentialOf(excess, height, width), height, width);
  for (let cell = 0; cell < height * width; cell++) {
    const away = lengthOf(plan.x[cell], plan.y[cell]), far = Math.min(away / NEAR, 1);
    const thick = mass[cell] + THIN, flowX = flow.x[cell] / thick, flowY = flow.y[cell] / thick;
    const limit = Math.max(lengthOf(flowX, flowY), 1), ahead = away > 0 ? far / away : 0;
    const x = ahead * plan.x[cell] + ((1 - far) * flowX) / limit;
    const y = ahead * plan.y[cell] + ((1 - far) * flowY) / limit;
    const speed = Math.max(lengthOf(x, y), 1);
    order[4 * cell] = target[cell];
    order[4 * cell + 1] = x / speed;
    order[4 * cell + 2] = y / speed;
    order[4 * cell + 3] = 1 - far;
  }
  return order;
}

function lengthOf(x, y) {
  const squared = x * x + y * y;
  return squared > STANDSTILL ? Math.sqrt(squared) : 0;
}
