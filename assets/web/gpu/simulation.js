// The simulation on the device: a tick is perception, network and transport; what came of it is read back late.

class Simulation {
  constructor(gl, { shaders, architecture }, field) {
    this.passes = new Passes(gl, shaders);
    this.pack = this.passes.load("tick", { folder: "web" });
    this.steering = new Steering(this.passes, architecture);
    this.transport = new Transport(this.passes);
    this.lay(field);
  }

  // Take a field of this size: plain open ground.
  lay(field) {
    const { passes } = this, { width, height } = field, open = new Float32Array(2 * width * height).fill(1);
    passes.forget();
    this.field = field;
    this.ground = passes.texture(width, height, 2, open);
    this.steering.lay(field, this.ground);
    this.transport.lay(field, this.ground);
    this.packed = passes.texture(width, height);
    this.mass = this.memory = this.pending = null;
  }

  // Whether the driver has compiled everything.
  get ready() {
    const { pack, steering, transport } = this;
    return [pack, ...Object.values(steering.programs), ...Object.values(transport.programs)].every(({ ready }) => ready);
  }

  // Begin with this mass, on a field of this size.
  reset(field, mass) {
    this.pending?.forget();
    if (field.width !== this.field.width || field.height !== this.field.height) this.lay(field);
    if (this.memory) this.passes.give(...this.memory);
    this.pending = null;
    this.place(mass);
    this.memory = this.steering.begin(mass);
  }

  // Put this mass on the field; the cells remember what they did.
  place(mass) {
    if (this.mass) this.passes.give(this.mass);
    this.mass = this.passes.take(this.field.width, this.field.height, 1);
    this.passes.write(this.mass, mass);
  }

  // Whether nothing is under way.
  get idle() {
    return this.mass !== null && this.pending === null;
  }

  // Begin a tick by an order: (target mass, planned vx, planned vy, proximity) cell by cell.
  tick(order) {
    const { passes, field } = this, signal = passes.take(field.width, field.height);
    passes.write(signal, order);
    const memory = this.steering.steer(this.memory, this.mass, signal);
    const moved = this.transport.move(this.mass, memory[0]);
    passes.run(this.pack, [this.packed], { mass: moved.mass, flux_right: moved.x, flux_down: moved.y });
    this.pending = passes.read(this.packed);
    passes.give(...this.memory, this.mass, moved.x, moved.y, signal);
    this.memory = memory;
    this.mass = moved.mass;
  }

  // What the tick did: (mass, flux to the right, flux down, 0) cell by cell; null until it is there.
  arrived() {
    const seen = this.pending?.arrived() ?? null;
    if (seen) this.pending = null;
    return seen;
  }
}
