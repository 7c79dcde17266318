// The cells as passes: what they perceive, and the network that makes a velocity of it, on tiles that hold a living cell;
// elsewhere cells take the order as it is. As engine/compute/steering.py.

const TILE = 8; // cells
const PRESENT = 0.01, WAKING = 0.1; // as in nca_controller/model/channels.py

class Steering {
  constructor(passes, architecture) {
    this.passes = passes;
    const [, largest] = passes.gl.getParameter(passes.gl.ALIASED_POINT_SIZE_RANGE) ?? [0, TILE];
    if (largest < TILE) throw new DeviceError(`This graphics device draws no points of ${TILE} pixels, which the cells need.`);
    const { cells, frame, obedience } = architecture;
    this.all = cells === "all";
    const defines = {
      REGIMENTS: 1, GROUPS: 1, OPEN_GROUND: 1, TILE, PRESENT, HIDDEN: 1, LIMIT: "1.0",
      ORDER_FRAME: Number(frame === "order"), ALL_CELLS: Number(this.all), OBEDIENCE: floatOf(obedience),
    };
    this.programs = {
      living: passes.load("living_tiles", { defines }),
      obey: passes.load("obey", { defines }),
      steer: passes.load("steer", { defines, vertex: this.all ? "field" : "living_tiles" }),
    };
  }

  // Take a field of this size, and its ground.
  lay(field, ground) {
    Object.assign(this, { field, ground, columns: Math.ceil(field.width / TILE), rows: Math.ceil(field.height / TILE) });
    this.living = this.passes.texture(this.columns, this.rows);
  }

  // The memory of an army that has had no order yet: velocity and planned velocity, and the hidden channels.
  begin(mass) {
    const { width, height } = this.field, hidden = new Float32Array(4 * mass.length);
    mass.forEach((here, cell) => hidden.fill(here > PRESENT ? WAKING : 0, 4 * cell, 4 * cell + 4));
    return [new Float32Array(hidden.length), hidden, hidden].map((data) => {
      const texture = this.passes.take(width, height);
      this.passes.write(texture, data);
      return texture;
    });
  }

  // The memory a tick later, whose first texture is the velocity.
  steer(memory, mass, signal) {
    const { passes, programs, field } = this, { width, height } = field;
    const after = memory.map(() => passes.take(width, height));
    if (!this.all) passes.run(programs.obey, after, { signal });
    passes.run(programs.living, [this.living], { masses: mass }, { field: [width, height] });
    const [velocities, nearest, farthest] = memory;
    const inputs = { mass_0: mass, velocities, nearest, farthest, living: this.living, signal, ground: this.ground };
    const tiles = { mode: passes.gl.POINTS, vertices: this.columns * this.rows };
    passes.run(programs.steer, after, inputs, { regiment: 0, friends: 1 }, this.all ? {} : tiles);
    return after;
  }
}
