// The lattice on which mass lives, see nca_controller/physics/lattice.py. A product is put on it before it is added to
// anything: then a processor that fuses multiplication and addition adds up to the same.

const float QUANTUM = 1.0 / 1048576.0;

float to_lattice(float a) { return trunc(a * 1048576.0) * QUANTUM; }
vec2 to_lattice(vec2 a) { return trunc(a * 1048576.0) * QUANTUM; }
vec3 to_lattice(vec3 a) { return trunc(a * 1048576.0) * QUANTUM; }
vec4 to_lattice(vec4 a) { return trunc(a * 1048576.0) * QUANTUM; }
