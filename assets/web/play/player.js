// The player: what he orders. Each order starts from the one of now, as in the game's engine/controls/player.py.

const WOUNDS = { // what is said, by what came of a wound
  thrown: "They are thrown apart, and nobody is lost: watch the army heal.",
  nobody: "Nobody stands there.",
  "no room": "They stay: nowhere on the field is there room for them.",
};

class Player {
  // `say` shows the player a line.
  constructor(army, formations, formation, say) {
    Object.assign(this, { army, formations, formation, say, title: formation.title, drawn: false, strikes: [] });
    this.mass = army.quanta * QUANTUM;
  }

  give(order, title = order.discs ? "Your drawing" : this.formation.title) {
    this.army.obey(order);
    this.title = title;
    this.drawn = title !== this.formation.title;
    this.say("");
  }

  // The order of now, at another centre or with another front.
  placed({ centre = this.army.order.centre, angle = this.army.order.angle }) {
    const { order, field } = this.army;
    if (!order.discs) return formUp(this.formation, this.mass, field, { centre, angle, frontage: order.frontage ?? null });
    const turn = angle - order.angle, cos = Math.cos(turn), sin = Math.sin(turn);
    const discs = order.discs.map(([x, y, radius]) => {
      const right = x - order.centre[0], down = y - order.centre[1];
      return [centre[0] + right * cos - down * sin, centre[1] + right * sin + down * cos, radius];
    });
    return overDrawing(discs, this.mass, field, angle) ?? order;
  }

  form(name) {
    this.formation = this.formations.find((one) => one.name === name);
    const { centre, angle } = this.army.order;
    this.give(formUp(this.formation, this.mass, this.army.field, { centre, angle }));
  }

  nextFormation() {
    const place = this.formations.indexOf(this.formation);
    this.form(this.formations[(place + 1) % this.formations.length].name);
  }

  turn(by) {
    this.give(this.placed({ angle: this.army.order.angle + by }));
  }

  shift(right, down) {
    const [x, y] = this.army.order.centre;
    this.give(this.placed({ centre: [x + right, y + down] }));
  }

  halt() {
    const { mass, field, order } = this.army;
    const target = Float32Array.from(mass), centre = middleOf(mass, field);
    this.give({ target, angle: order.angle, centre, spacing: [1, 1], stagger: false }, "Halt");
  }

  // Wound the army there, as soon as no tick is under way.
  wound(place, radius) {
    this.strikes.push({ place, radius });
    this.strike();
  }

  strike() {
    while (this.strikes.length && this.army.simulation?.idle) {
      const { place, radius } = this.strikes.shift();
      this.say(WOUNDS[this.army.wound(place, radius)]);
    }
  }
}
