// Soldiers that follow the mass. Each keeps its identity and never jumps: it is carried by the flux that the transport
// realised, pushed to where soldiers are as dense as the mass, keeps its distance, and takes a slot in rank and file
// where the mass is at rest. As engine/soldiers/soldiers.py and ranks.py.

const FIELD_SPEED = 0.5; // cells per tick: the fastest that a field moves
const TOP_SPEED = 1.6 * FIELD_SPEED - 1e-3; // a soldier may run to catch up
const HOME_SPEED = FIELD_SPEED; // of a soldier without mass around
const THROWN_SPEED = 0.4; // cells per tick, at least, of a soldier who is thrown
const THROWN_SHARE = 0.3; // of his way that he flies in a tick
const DRESS_SPEED = 0.4 * FIELD_SPEED; // at most, on the way to a slot
const DRESS_GAIN = 0.15; // share of that way that is walked in one tick
const SHUFFLE = 0.015; // the last steps to a slot are no shorter
const PUSH_GAIN = 0.8; // share of the density error that is corrected in one tick
const DEAD_ZONE = 0.012; // a soldier does not move for less
const RESTS_BELOW = 0.03, WALKS_ABOVE = 0.12; // slower mass is at rest, faster mass takes every soldier along
const SPACING = 0.85; // share of the mean distance that soldiers keep
const LOOSEST_DENSITY = 0.7; // density below which soldiers keep no wider distance on the march
const MEMORY = 5; // ticks over which motion is smoothed for the facing
const FACING_SPEED = 0.08; // from here on a soldier faces where it walks
const TURN = 0.35; // radians per tick: the quickest about-turn
const NEAREST_WALL = 0.05; // cells kept from the border of the field
const FOLLOWS_ABOVE = 0.004, DROPS_ABOVE = 0.04; // shares of the mass that have moved: slots anew, no slots any more
const INTERVAL = 10; // ticks between two looks at whether slots fit

class March {
  constructor({ height, width, count, mass, facing }) {
    Object.assign(this, { height, width, count });
    this.each = mass.reduce((sum, here) => sum + here, 0) / count;
    const order = { centre: [width / 2, height / 2], front: facing, spacing: [1, 1], stagger: true };
    const { x, y } = slotsOn(mass, height, width, count, order);
    Object.assign(this, { x, y, order, slots: null, slotted: null, wait: 0 });
    this.facing = new Float64Array(count).fill(facing);
    this.walked = new Float64Array(count);
    this.motionX = new Float64Array(count);
    this.motionY = new Float64Array(count);
    this.landings = new Map(); // where soldiers who are thrown come down
  }

  // Take up another order: its front, its middle and how its ranks stand.
  obey(order) {
    this.order = order;
    this.slots = null;
    this.wait = 0;
  }

  // Throw everybody in a disc to where the mass has landed.
  scatter([x, y], radius, gained) {
    const thrown = Array.from(this.x.keys()).filter((one) => Math.hypot(this.x[one] - x, this.y[one] - y) < radius);
    if (!thrown.length || gained.every((more) => more <= 0)) return;
    this.slots = null;
    const order = { centre: [x, y], front: 0, spacing: [1, 1], stagger: true };
    const places = slotsOn(gained, this.height, this.width, thrown.length, order);
    const own = (of) => Float64Array.from(thrown, (one) => of[one]);
    const place = assigned(own(this.x), own(this.y), places, Math.sqrt(this.each));
    thrown.forEach((one, index) => this.landings.set(one, [places.x[place[index]], places.y[place[index]]]));
  }

  // Go on by a tick, in which the field did what `seen` says; whether anybody moved.
  step(seen) {
    const flow = flowOf(seen, this.height, this.width);
    this.takeSlots(flow);
    if (!this.landings.size && this.slots && flow.speed < RESTS_BELOW && this.areInSlots()) {
      this.turn(new Float64Array(this.count), new Float64Array(this.count));
      return false;
    }
    const { x, y } = this.steps(flow);
    for (let one = 0; one < this.count; one++) {
      const toX = Math.min(Math.max(this.x[one] + x[one], NEAREST_WALL), this.width - NEAREST_WALL);
      const toY = Math.min(Math.max(this.y[one] + y[one], NEAREST_WALL), this.height - NEAREST_WALL);
      x[one] = toX - this.x[one];
      y[one] = toY - this.y[one];
      this.x[one] = toX;
      this.y[one] = toY;
    }
    this.turn(x, y);
    return true;
  }

  // The step of each soldier in this tick, in cells.
  steps(flow) {
    const { count } = this, x = new Float64Array(count), y = new Float64Array(count), fast = new Float64Array(count);
    const aheadX = new Float64Array(count), aheadY = new Float64Array(count), corner = {};
    for (let one = 0; one < count; one++) {
      cornerOf(this.x[one], this.y[one], this.height, this.width, corner);
      const at = (field) => fieldAt(field, corner, this.width);
      const right = at(flow.right) / Math.max(at(flow.sourceX), THINNEST);
      const down = at(flow.down) / Math.max(at(flow.sourceY), THINNEST);
      fast[one] = Math.hypot(right, down);
      const kept = beyond(right, down), limit = kept * limitOf(right * kept, down * kept, FIELD_SPEED);
      x[one] = right * limit;
      y[one] = down * limit;
      aheadX[one] = this.x[one] + x[one];
      aheadY[one] = this.y[one] + y[one];
    }
    const push = pushesTo(flow, aheadX, aheadY, this.each);
    const room = push.density.map((density) => SPACING * Math.sqrt(this.each / Math.max(density, LOOSEST_DENSITY)));
    const apart = separation(aheadX.map((at, one) => at + push.x[one]), aheadY.map((at, one) => at + push.y[one]), room);
    for (let one = 0; one < count; one++) {
      const moreX = push.x[one] + apart.x[one], moreY = push.y[one] + apart.y[one], kept = beyond(moreX, moreY);
      x[one] += moreX * kept;
      y[one] += moreY * kept;
      if (this.landings.has(one)) {
        [x[one], y[one]] = this.flight(one);
        continue;
      }
      if (this.slots) {
        const rest = Math.min(Math.max((WALKS_ABOVE - fast[one]) / (WALKS_ABOVE - RESTS_BELOW), 0), 1);
        const wayX = this.slots.x[one] - this.x[one], wayY = this.slots.y[one] - this.y[one];
        const way = Math.hypot(wayX, wayY), pace = Math.min(Math.max(DRESS_GAIN * way, SHUFFLE), DRESS_SPEED, way);
        x[one] += rest * ((wayX * pace) / Math.max(way, 1e-6) - x[one]);
        y[one] += rest * ((wayY * pace) / Math.max(way, 1e-6) - y[one]);
      }
      const shorter = limitOf(x[one], y[one], TOP_SPEED);
      x[one] *= shorter;
      y[one] *= shorter;
    }
    return { x, y };
  }

  // The step of a soldier who is thrown, ever slower; he has come down when he is at his place.
  flight(one) {
    const [toX, toY] = this.landings.get(one), wayX = toX - this.x[one], wayY = toY - this.y[one];
    const way = Math.hypot(wayX, wayY), share = Math.min(THROWN_SHARE + THROWN_SPEED / Math.max(way, 1e-6), 1);
    if (share === 1) this.landings.delete(one);
    return [share * wayX, share * wayY];
  }

  // Look where each has walked, or to the front at rest.
  turn(x, y) {
    for (let one = 0; one < this.count; one++) {
      this.walked[one] += Math.hypot(x[one], y[one]);
      this.motionX[one] += (x[one] - this.motionX[one]) / MEMORY;
      this.motionY[one] += (y[one] - this.motionY[one]) / MEMORY;
      const walking = Math.hypot(this.motionX[one], this.motionY[one]) > FACING_SPEED;
      const wanted = walking ? Math.atan2(this.motionX[one], -this.motionY[one]) : this.order.front;
      const around = wanted - this.facing[one] - 2 * Math.PI * Math.round((wanted - this.facing[one]) / (2 * Math.PI));
      this.facing[one] += Math.min(Math.max(0.25 * around, -TURN), TURN);
    }
  }

  // Assign slots as the mass comes to rest, again where it settles, and drop them when it marches off.
  takeSlots(flow) {
    if (flow.speed > WALKS_ABOVE) this.slots = null;
    if (this.wait-- > 0) return;
    this.wait = INTERVAL;
    const moved = this.slots ? variationOf(flow.mass, this.slotted) : 1;
    if (moved > DROPS_ABOVE) this.slots = null;
    if (moved < FOLLOWS_ABOVE || flow.speed > RESTS_BELOW) return;
    const { body, mass } = flow;
    const places = slotsOn(body, this.height, this.width, this.count, this.order);
    const slotOf = assigned(this.x, this.y, places, Math.sqrt(this.each));
    this.slots = {
      x: Float64Array.from(slotOf, (slot) => places.x[slot]), y: Float64Array.from(slotOf, (slot) => places.y[slot]),
    };
    this.slotted = mass;
  }

  areInSlots() {
    return this.x.every((x, one) => Math.abs(x - this.slots.x[one]) + Math.abs(this.y[one] - this.slots.y[one]) < 1e-4);
  }

  // (x, y, facing, walked) of each, as they are drawn.
  shown() {
    const records = new Float32Array(4 * this.count);
    for (let one = 0; one < this.count; one++) {
      records.set([this.x[one], this.y[one], this.facing[one], this.walked[one]], 4 * one);
    }
    return records;
  }
}

// The factor that makes a step 0 where it is shorter than the dead zone; beyond it the step grows without a jump.
function beyond(x, y) {
  return Math.max(1 - DEAD_ZONE ** 2 / Math.max(x * x + y * y, 1e-12), 0);
}

// The share of the mass that lies elsewhere.
function variationOf(one, other) {
  let moved = 0, total = 0;
  for (let cell = 0; cell < one.length; cell++) {
    moved += Math.abs(one[cell] - other[cell]);
    total += one[cell];
  }
  return (0.5 * moved) / total;
}
