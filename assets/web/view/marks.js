// What the player sees of his own hand: the front that he drags, what he draws, the rim of his brush, and ghosts.

const CORNERS = 48; // of a circle

// A line through places of the field, in pixels, with its dark casing: records for Picture.lines.
function strokeOf(camera, places, colour, width = 2.2) {
  const points = places.map((place) => camera.pixelAt(place)), { density } = camera;
  const [red, green, blue] = ofColour(colour), list = [];
  for (const [more, tint] of [[2.2, [0.06, 0.07, 0.05, 0.55]], [0, [red, green, blue, 0.95]]]) {
    for (let next = 1; next < points.length; next++) {
      list.push([...points[next - 1], ...points[next], (width + more) * density, 0, ...tint]);
    }
  }
  return list;
}

// The front between two flanks, and an arrow to where it looks.
function frontMarks(camera, first, last, colour) {
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  const middle = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
  const ahead = [(last[1] - first[1]) / length, (first[0] - last[0]) / length], across = [-ahead[1], ahead[0]];
  const at = (forth, aside) => [
    middle[0] + forth * ahead[0] + aside * across[0], middle[1] + forth * ahead[1] + aside * across[1]];
  const reach = 26 * camera.density / camera.scale, barb = reach * 0.34;
  return [
    ...strokeOf(camera, [first, last], colour, 2.6),
    ...strokeOf(camera, [at(0, 0), at(reach, 0)], colour),
    ...strokeOf(camera, [at(reach - barb, barb), at(reach, 0), at(reach - barb, -barb)], colour),
  ];
}

function ringMarks(camera, [x, y], radius, colour) {
  const places = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / CORNERS;
    return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
  });
  return strokeOf(camera, places, colour, 1.4);
}

// Soldiers in the slots of an order, as records for Picture.soldiers, the nearest last.
function ghostsOf(order, field, count) {
  const { target, centre, angle: front, spacing, stagger } = order;
  const { x, y } = slotsOn(target, field.height, field.width, count, { centre, front, spacing, stagger });
  const records = new Float32Array(RECORD * count), places = Array.from(x.keys()).sort((a, b) => y[a] - y[b]);
  places.forEach((one, place) => records.set([x[one], y[one], front, 0, 0, 0.5, 0], RECORD * place));
  return records;
}
