// The transport of mass as passes: two steps a tick, each along both axes, where anything can move; elsewhere the targets
// hold 0. As engine/compute/transport.py, for one army.

const STEP = 0.25; // units of time in a step
// Axis of each pass of a tick, and whether mass has crossed along it before.
const SCHEDULE = [["x", false], ["y", false], ["y", true], ["x", true]];
const BLOCK = [32, 16]; // width and height in cells of the blocks in which what cannot move is left out
const ALONG = { x: [1, 0], y: [0, 1] };

class Transport {
  constructor(passes) {
    this.passes = passes;
    const defines = { REGIMENTS: 1 }, load = (name, more = {}) =>
      passes.load(name, { defines: { ...defines, ...more }, vertex: "awake" });
    this.programs = {
      awake: passes.load("awake", { defines }), reached: passes.load("reached"),
      offers: load("offers"), stretches: load("stretches"), accepted: load("accepted"),
      moved: load("moved"), again: load("moved", { AGAIN: 1 }),
    };
  }

  // Take a field of this size, and its ground.
  lay(field, ground) {
    const { passes } = this, { width, height } = field;
    Object.assign(this, { field, ground });
    this.scratch = Object.fromEntries(
      ["first", "second", "flux_x", "flux_y", "flux_again"].map((name) => [name, passes.texture(width, height, 1)]));
    this.scratch.offer = passes.texture(width, height, 2);
    this.scratch.stretches = passes.texture(width, height);
    [this.held, this.blocks, this.reached, this.earlier] = [0, 1, 2, 3].map(() =>
      passes.texture(Math.ceil(width / BLOCK[0]), Math.ceil(height / BLOCK[1])));
  }

  // Mass after a tick, and what crossed the face to the right of each cell, and that below it, in textures of the pool.
  move(mass, velocity) {
    const { passes, programs, scratch, ground } = this, { width, height } = this.field;
    const take = () => passes.take(width, height, 1), out = { mass: take(), x: take(), y: take() };
    const targets = [scratch.first, scratch.second, scratch.first, out.mass];
    const blocks = { field: [width, height], block: BLOCK }, { offer, stretches } = scratch;
    passes.run(programs.awake, [this.held], { mass_0: mass, reached: this.reached }, { ...blocks, anywhere: true });
    [this.reached, this.earlier] = [this.earlier, this.reached];
    passes.run(programs.reached, [this.blocks, this.reached], { held: this.held, earlier: this.earlier }, blocks);
    let now = mass;
    SCHEDULE.forEach(([axis, again], pass) => {
      const along = ALONG[axis], flux = scratch[again ? "flux_again" : `flux_${axis}`], target = targets[pass];
      this.draw(programs.offers, [offer], { mass_0: now, ground, velocity }, { along, dt: STEP });
      this.draw(programs.stretches, [stretches], { offers: offer }, { along });
      this.draw(programs.accepted, [flux], { offers: offer, stretches }, { along });
      const inputs = { mass_0: now, flux_0: flux, earlier_0: scratch[`flux_${axis}`] };
      this.draw(again ? programs.again : programs.moved, again ? [target, out[axis]] : [target], inputs, { along }, again);
      now = target;
    });
    return out;
  }

  // Run a pass where anything can move, or could in the tick before; elsewhere the targets hold 0, or are cleared.
  draw(program, targets, inputs, uniforms, clear = false) {
    const vertices = 6 * this.blocks.width * this.blocks.height;
    this.passes.run(program, targets, { ...inputs, rectangles: this.blocks }, uniforms, { vertices, clear });
  }
}
