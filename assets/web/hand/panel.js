// The panels beside the field: formations, tools, time, and what the page knows of the army and of its machine.

const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
const ICON = 30; // pixels along a side of a formation's picture
const SECONDS_SHOWN = 6; // for which a message stays

class Panel {
  constructor(game) {
    this.game = game;
    this.standing = "";
    this.at = (id) => document.getElementById(id);
    const formations = this.at("formations");
    for (const one of game.player.formations) {
      const button = this.button(`formation-${one.name}`, one.title, one.description, () => game.player.form(one.name));
      button.prepend(iconOf(one));
      button.append(Object.assign(document.createElement("kbd"), { textContent: one.key }));
      formations.append(button);
    }
    for (const [id, act] of Object.entries({
      "tool-front": () => game.take("front"), "tool-draw": () => game.take("draw"),
      "tool-wound": () => game.take("wound"), pause: () => game.pause(),
      slower: () => game.faster(0.5), faster: () => game.faster(2), keys: () => this.help(),
    })) {
      this.at(id).addEventListener("click", () => {
        act();
        game.stir();
      });
    }
    const known = new Map(bindingsOf(game).map(([, keys, does]) => [keys + does, [keys, does]]));
    const rows = Array.from(known.values(), (words) => {
      const row = document.createElement("tr");
      for (const text of words) row.append(Object.assign(document.createElement("td"), { textContent: text }));
      return row;
    });
    this.at("key-rows").append(...rows);
    this.at("help").addEventListener("click", () => this.help());
  }

  button(id, text, title, act) {
    const button = Object.assign(document.createElement("button"), { id, title, type: "button" });
    button.append(Object.assign(document.createElement("span"), { textContent: text }));
    button.addEventListener("click", () => {
      act();
      this.game.stir();
    });
    return button;
  }

  help() {
    const { open } = this.at("help").dataset;
    this.at("help").dataset.open = open === "true" ? "false" : "true";
  }

  // One line for the player; it goes after a while, and the one that stays is there again, until the army plays.
  say(line, stays = false) {
    const message = this.at("message");
    if (stays) this.standing = line;
    message.textContent = line || this.standing;
    clearTimeout(this.fading);
    if (line && !stays) this.fading = setTimeout(() => (message.textContent = this.standing), 1000 * SECONDS_SHOWN);
  }

  show(id, text) {
    if (this.at(id).textContent !== text) this.at(id).textContent = text;
  }

  // Bring all figures up to date.
  update() {
    const { game } = this, { army, clock } = game, quanta = quantaOf(army.mass), lost = quanta - army.quanta;
    this.show("order", game.player.title);
    this.show("overlap", PERCENT.format(Math.floor(army.overlap * 1000) / 1000));
    this.at("bar").style.transform = `scaleX(${army.overlap.toFixed(3)})`;
    this.show("soldiers", army.count.toLocaleString("en"));
    this.show("total", (quanta / 2 ** 20).toFixed(6));
    this.show("quanta", `${quanta.toLocaleString("en")} quanta of 2⁻²⁰`);
    this.show("exact", lost === 0 ? "not one lost, to the last bit" : `off by ${lost.toLocaleString("en")} quanta`);
    this.at("exact").classList.toggle("wrong", lost !== 0);
    this.show("speed", `${clock.speed < 1 ? `1/${1 / clock.speed}` : clock.speed}×`);
    this.show("pause", clock.paused ? "Go on" : "Pause");
    const pace = army.resting ? "at rest" : clock.paused ? "paused" : `${clock.rate.toFixed(0)} ticks/s`;
    this.show("pace", `${pace}, ${army.took.tick.toFixed(0)} ms each, plan ${army.took.order.toFixed(0)} ms`);
    this.show("device", `on ${game.device}`);
    for (const one of game.player.formations) {
      this.at(`formation-${one.name}`).setAttribute("aria-pressed", game.player.formation === one && !game.player.drawn);
    }
    for (const [name, tool] of Object.entries(game.tools)) {
      this.at(`tool-${name}`).setAttribute("aria-pressed", game.tool === tool);
    }
  }
}

// A formation as a small picture.
function iconOf(formation) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * ICON, height: 2 * ICON });
  const field = { height: ICON, width: ICON }, context = canvas.getContext("2d");
  const shown = { ...formation, ratio: Math.min(Math.max(formation.ratio, 0.2), 5), hollow: formation.hollow && 3.4 };
  const mass = 200 / (formation.spacing[0] * formation.spacing[1]);
  const { target } = formUp(shown, mass, field, { centre: [ICON / 2, ICON / 2], angle: 0 });
  target.forEach((here, cell) => {
    context.fillStyle = `rgba(222, 140, 70, ${here})`;
    context.fillRect(2 * (cell % ICON), 2 * Math.floor(cell / ICON), 2, 2);
  });
  return canvas;
}
