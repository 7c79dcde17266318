// How far mass goes in a step, in cells along an axis: at most one.

uniform float dt;  // of a step, in units of time

FIELD courant(FIELD velocity) {
    return clamp(to_lattice(velocity * dt), -1.0, 1.0);
}
