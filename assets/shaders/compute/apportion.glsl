// Divides an amount, at most the sum of the parts, among them in proportion: `portions` of
// nca_controller/physics/exchange.py. The quotient is a hair too small, the portions are rounded down, and what is left
// over goes to the first regiments with room for it: so they add up to the amount, however a processor divides.

const float HAIR_LESS = 1.0 - QUANTUM;

void apportion(FIELD parts[GROUPS], float amount, out FIELD portions[GROUPS]) {
    float whole = total(parts);
    float share = (whole > 0.0 ? amount / whole : 0.0) * HAIR_LESS;
    for (int g = 0; g < GROUPS; g++) portions[g] = to_lattice(parts[g] * share);
    float left = amount - total(portions);
    for (int g = 0; g < GROUPS; g++) {
        for (int c = 0; c < CHANNELS; c++) {
            float more = clamp(left, 0.0, parts[g][c] - portions[g][c]);
            left -= more;
            portions[g][c] += more;
        }
    }
}
