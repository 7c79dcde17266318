// Separation: soldiers that stand too close step apart. As engine/soldiers/separation.py.

// Call `visit(one, other)` once for every pair of places that may be nearer than `reach`.
function visitNearPairs(x, y, reach, visit) {
  const count = x.length;
  let left = Infinity, top = Infinity, right = -Infinity;
  for (let one = 0; one < count; one++) {
    left = Math.min(left, x[one]);
    right = Math.max(right, x[one]);
    top = Math.min(top, y[one]);
  }
  const columns = Math.floor((right - left) / reach) + 3; // an empty bin on either side
  const binOf = (one) => (Math.floor((y[one] - top) / reach) + 1) * columns + Math.floor((x[one] - left) / reach) + 1;
  const bins = new Map();
  for (let one = 0; one < count; one++) {
    const bin = binOf(one);
    if (!bins.has(bin)) bins.set(bin, []);
    bins.get(bin).push(one);
  }
  for (const [bin, members] of bins) {
    const others = [1, columns - 1, columns, columns + 1].flatMap((step) => bins.get(bin + step) ?? []);
    members.forEach((one, place) => {
      for (let next = place + 1; next < members.length; next++) visit(one, members[next]);
      for (const other of others) visit(one, other);
    });
  }
}

// The step of each soldier that opens every pair nearer than its mean `room` half of the way: one Jacobi sweep of
// position-based dynamics, averaged over a soldier's neighbours.
function separation(x, y, room) {
  const count = x.length, reach = room.reduce((most, one) => Math.max(most, one), 0);
  const stepX = new Float64Array(count), stepY = new Float64Array(count), neighbours = new Uint16Array(count);
  visitNearPairs(x, y, reach, (one, other) => {
    let right = x[one] - x[other], down = y[one] - y[other], distance = Math.hypot(right, down);
    const missing = 0.5 * (room[one] + room[other]) - distance;
    if (missing <= 0) return;
    // Two soldiers on one spot part in a direction that depends on who they are.
    if (distance < 1e-6) [right, down, distance] = [Math.cos(one), Math.sin(one), 1];
    const move = (0.5 * missing) / distance;
    stepX[one] += move * right;
    stepY[one] += move * down;
    stepX[other] -= move * right;
    stepY[other] -= move * down;
    neighbours[one]++;
    neighbours[other]++;
  });
  for (let one = 0; one < count; one++) {
    stepX[one] /= Math.max(1, 0.5 * neighbours[one]);
    stepY[one] /= Math.max(1, 0.5 * neighbours[one]);
  }
  return { x: stepX, y: stepY };
}
