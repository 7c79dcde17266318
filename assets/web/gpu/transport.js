// The transport of mass as passes: two steps a tick, each along both axes. As engine/compute/transport.py, for one army.

const STEP = 0.25; // units of time in a step
// Axis of each pass of a tick, and whether mass has crossed along it before.
const SCHEDULE = [["x", false], ["y", false], ["y", true], ["x", true]];
const ALONG = { x: [1, 0], y: [0, 1] };

class Transport {
  constructor(passes, field, ground) {
    Object.assign(this, { passes, field, ground });
    const defines = { REGIMENTS: 1 };
    this.programs = {
      offers: passes.load("offers", { defines }),
      accepted: passes.load("accepted", { defines }),
      moved: passes.load("moved", { defines }),
      again: passes.load("moved", { defines: { ...defines, AGAIN: 1 } }),
    };
    const { width, height } = field;
    this.scratch = Object.fromEntries(
      ["first", "second", "flux_x", "flux_y", "flux_again"].map((name) => [name, passes.texture(width, height, 1)]));
    this.scratch.offer = passes.texture(width, height, 2);
  }

  // Mass after a tick, and what crossed the face to the right of each cell, and that below it, in textures of the pool.
  move(mass, velocity) {
    const { passes, programs, scratch, ground } = this, { width, height } = this.field;
    const take = () => passes.take(width, height, 1), out = { mass: take(), x: take(), y: take() };
    const targets = [scratch.first, scratch.second, scratch.first, out.mass];
    let now = mass;
    SCHEDULE.forEach(([axis, again], pass) => {
      const along = ALONG[axis], flux = scratch[again ? "flux_again" : `flux_${axis}`], target = targets[pass];
      passes.run(programs.offers, [scratch.offer], { mass_0: now, ground, velocity }, { along, dt: STEP });
      passes.run(programs.accepted, [flux], { offers: scratch.offer }, { along });
      const inputs = { mass_0: now, flux_0: flux, earlier_0: scratch[`flux_${axis}`] };
      passes.run(again ? programs.again : programs.moved, again ? [target, out[axis]] : [target], inputs, { along });
      now = target;
    });
    return out;
  }
}
