// The army: its mass on the graphics device, the order that it has, and the workers that think and walk beside it.
//
// Tick n steers by the order that the commander made of the mass and the target of tick n - 1, always, and waits for it;
// only tick 0 has that of its own mass. So a battle is the same however fast the workers are.

const REST_TICKS = 24; // for which next to nothing has changed, until the army rests
const REST_MOVED = 3e-4; // share of the army that may stand elsewhere than when that began: sooner than in the game, for
// what then still trickles along the edges nobody sees, and phones have batteries
const REST_FILLED = 0.99; // share of the target that is filled

class Army {
  constructor({ field, mass, soldiers, order, tell, fail }) {
    Object.assign(this, { field, mass, count: soldiers, order, tell, simulation: null });
    this.quanta = quantaOf(mass);
    this.random = randomNumbers(1);
    this.variety = Float32Array.from({ length: soldiers }, randomNumbers(2));
    this.worker = {
      commander: workerOf("commander", (answer) => this.ordered(answer), fail),
      soldiers: workerOf("soldiers-worker", (answer) => this.marched(answer), fail),
    };
    this.took = { order: 0, march: 0, tick: 0 }; // milliseconds
    this.shown = null;
    this.begin(order.angle);
  }

  // Begin at tick 0, with the mass and the order as they are.
  begin(facing) {
    const { height, width } = this.field;
    this.ticks = 0;
    this.orders = new Map(); // of the commander, by the tick of whose mass they were made
    this.asked = {}; // what the commander was asked last: tick, mass and target
    this.marching = 0;
    this.epoch = (this.epoch ?? 0) + 1;
    this.calm = { ticks: 0, mass: this.mass };
    this.resting = false;
    this.worker.commander.postMessage({ start: { height, width } });
    this.worker.soldiers.postMessage({
      start: { height, width, count: this.count, mass: this.mass, facing }, epoch: this.epoch, tick: 0 });
    this.tellSoldiers();
    this.ask();
    this.simulation?.reset(this.field, this.mass);
  }

  // Compute on a device, from the mass as it was last read: nobody is lost with the device before.
  computeOn(simulation) {
    this.simulation = simulation;
    simulation?.reset(this.field, this.mass);
  }

  // Ask the commander for an order, unless it was asked for just that.
  ask() {
    const { ticks: tick, epoch, mass, order: { target }, asked } = this;
    if (asked.tick === tick && asked.mass === mass && asked.target === target) return;
    this.asked = { tick, mass, target };
    this.orders.delete(tick);
    this.worker.commander.postMessage({ tick, epoch, mass, target });
  }

  ordered({ tick, epoch, order, took }) {
    if (epoch !== this.epoch) return;
    this.orders.set(tick, order);
    this.took.order = took;
    this.tell();
  }

  marched({ epoch, soldiers, moving, took }) {
    if (epoch !== this.epoch) return;
    this.marching = Math.max(this.marching - 1, 0);
    this.took.march = took;
    this.walking = moving;
    this.shown = { before: this.shown?.now ?? soldiers, after: soldiers, since: performance.now() };
    const places = Array.from({ length: this.count }, (_, one) => one);
    this.shown.sorted = places.sort((one, other) => soldiers[4 * one + 1] - soldiers[4 * other + 1] || one - other);
    this.tell();
  }

  // Whether a tick can begin: the device has done the last one, and what it needs is there.
  get ready() {
    const { simulation } = this;
    return !!simulation?.idle && this.orders.has(Math.max(this.ticks - 1, 0)) && this.marching < 2;
  }

  // Begin a tick, and have the next one's order made meanwhile.
  tick() {
    const made = Math.max(this.ticks - 1, 0), order = this.orders.get(made), { target } = this.order;
    for (const earlier of this.orders.keys()) if (earlier < made) this.orders.delete(earlier);
    this.ask();
    for (let cell = 0; cell < target.length; cell++) order[4 * cell] = target[cell];
    this.begun = performance.now();
    this.simulation.tick(order);
  }

  // Take in what the device has done, if it is there by now; whether it was.
  arrive() {
    const seen = this.simulation?.arrived();
    if (!seen) return false;
    this.took.tick = performance.now() - this.begun;
    this.ticks += 1;
    this.mass = Float32Array.from(this.mass, (_, cell) => seen[4 * cell]);
    this.marching += 1;
    this.worker.soldiers.postMessage({ tick: this.ticks, epoch: this.epoch, seen }, [seen.buffer]);
    this.judgeRest();
    return true;
  }

  // At rest nothing is computed, but for soldiers who have not reached their slots.
  stand() {
    const seen = new Float32Array(4 * this.mass.length);
    this.mass.forEach((here, cell) => (seen[4 * cell] = here));
    this.marching += 1;
    this.worker.soldiers.postMessage({ tick: this.ticks, epoch: this.epoch, seen }, [seen.buffer]);
  }

  // Whether everybody stands in his slot, and nothing is left to do.
  get asleep() {
    return this.resting && !this.walking && this.marching === 0;
  }

  // The army rests once nothing has changed for a while and it is where it should be; until an order or a wound.
  judgeRest() {
    let moved = 0, total = 0;
    this.mass.forEach((here, cell) => {
      moved += Math.abs(here - this.calm.mass[cell]);
      total += here;
    });
    const calm = moved <= REST_MOVED * total && this.overlap >= REST_FILLED;
    this.calm = calm ? { ticks: this.calm.ticks + 1, mass: this.calm.mass } : { ticks: 0, mass: this.mass };
    this.resting = this.calm.ticks >= REST_TICKS;
  }

  wake() {
    this.calm = { ticks: 0, mass: this.mass };
    this.resting = false;
    this.walking = true;
    this.tell();
  }

  // Give another order.
  obey(order) {
    this.order = order;
    this.tellSoldiers();
    this.wake();
  }

  tellSoldiers() {
    const { centre, angle: front, spacing, stagger } = this.order;
    this.worker.soldiers.postMessage({ epoch: this.epoch, order: { centre, front, spacing, stagger } });
  }

  // Throw apart whoever stands in a disc, while no tick is under way: what came of it, "thrown", "nobody" or "no room".
  wound(centre, radius) {
    const { after, struck } = wounded(this.mass, this.field, centre, radius, this.random);
    if (after === this.mass) return struck ? "no room" : "nobody";
    const gained = after.map((here, cell) => Math.max(here - this.mass[cell], 0));
    this.mass = after;
    this.simulation.place(after);
    this.worker.soldiers.postMessage({ epoch: this.epoch, wound: { centre, radius, gained } });
    this.wake();
    return "thrown";
  }

  // Turn the field with everybody on it by a quarter, clockwise: where a phone was turned, all stay under its glass.
  turn(clockwise) {
    const { field } = this;
    const turned = (values) => turnedField(values, field, clockwise), quarter = (clockwise ? 1 : -1) * (Math.PI / 2);
    const place = ([x, y]) => (clockwise ? [field.height - y, x] : [y, field.width - x]);
    this.mass = turned(this.mass);
    this.order = {
      ...this.order, target: turned(this.order.target), angle: this.order.angle + quarter,
      centre: place(this.order.centre), discs: this.order.discs?.map(([x, y, radius]) => [...place([x, y]), radius]),
    };
    this.field = { height: field.width, width: field.height };
    this.shown = null;
    this.begin(this.order.angle);
  }

  get overlap() {
    return overlapOf(this.mass, this.order.target);
  }

  // Soldiers as they are drawn at a moment, between the last two ticks, the nearest last.
  records(now, seconds) {
    if (!this.shown) return new Float32Array(0);
    const { before, after, sorted, since } = this.shown, part = Math.min((now - since) / (1000 * seconds), 1);
    const between = new Float32Array(after.length), records = new Float32Array(RECORD * this.count);
    for (let index = 0; index < after.length; index++) {
      let way = after[index] - before[index];
      if (index % 4 === 2) way -= 2 * Math.PI * Math.round(way / (2 * Math.PI));
      between[index] = before[index] + part * way;
    }
    this.shown.now = between;
    sorted.forEach((one, place) => {
      records.set(between.subarray(4 * one, 4 * one + 4), RECORD * place);
      records[RECORD * place + 5] = this.variety[one];
    });
    return records;
  }
}

// A field of one value a cell, turned by a quarter.
function turnedField(values, { height, width }, clockwise) {
  const turned = new values.constructor(values.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [down, right] = clockwise ? [column, height - 1 - row] : [width - 1 - column, row];
      turned[down * height + right] = values[row * width + column];
    }
  }
  return turned;
}
