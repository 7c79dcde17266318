// What each cell offers to the next one along the axis, or to the one before it as a negative number: `offered` of
// nca_controller/physics/transport.py. TORUS and ULTRA_BEE are defined by the host, or neither.

#include "packed"
#include "lattice"
#include "along"

INPUT(mass_0, mass_1, mass_2, mass_3)
uniform sampler2D ground;  // capacity, and 1 where the cell is open
#if REGIMENTS == 1
uniform sampler2D velocity;
#include "courant"
#else
INPUT(courant_0, courant_1, courant_2, courant_3)
#endif

#if REGIMENTS == 1
layout(location = 0) out vec4 offer;  // and the cell's room
#else
FIRST(offer_0, offer_1, offer_2, offer_3)
AFTER_FIRST(streams)  // all offers to the next cell, all to the one before, and the cell's room
#endif

// The share of what a cell can hold of a regiment that it does hold.
FIELD filled(FIELD mass, FIELD free) {
    return mix(FIELD(0.0), mass / max(free, FIELD(QUANTUM)), AT_LEAST(free, FIELD(QUANTUM)));
}

// How much sharper than by donor cell the outflow is, see nca_controller/physics/limiters.py.
FIELD sharper(FIELD behind, FIELD ahead, FIELD pace) {
#ifdef ULTRA_BEE
    behind = (FIELD(1.0) - pace) * behind;
    ahead = pace * ahead;
    FIELD steepest = mix(ahead, behind, LESS(abs(behind), abs(ahead)));
#else
    FIELD lesser = 2.0 * mix(ahead, behind, LESS(abs(behind), abs(ahead)));
    FIELD greater = mix(behind, ahead, LESS(abs(behind), abs(ahead)));
    FIELD steepest = 0.5 * pace * (1.0 - pace) * mix(greater, lesser, LESS(abs(lesser), abs(greater)));
#endif
    return mix(FIELD(0.0), steepest, ALIKE(LESS(FIELD(0.0), behind), LESS(FIELD(0.0), ahead)));
}

FIELD outflow(FIELD mass, FIELD pace, FIELD slope_before, FIELD slope_after) {
    FIELD way = mix(FIELD(-1.0), FIELD(1.0), AT_LEAST(pace, FIELD(0.0)));
    FIELD behind = mix(-slope_after, slope_before, AT_LEAST(pace, FIELD(0.0)));
    FIELD ahead = mix(-slope_before, slope_after, AT_LEAST(pace, FIELD(0.0)));
    FIELD whole = to_lattice(pace * mass) + to_lattice(way * sharper(behind, ahead, abs(pace)));
    return clamp(whole, -mass, mass);
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), after = beside(cell, 1), before = beside(cell, -1);
    FIELD mass[GROUPS];
    FIELD mass_after[GROUPS];
    FIELD mass_before[GROUPS];
    FIELD pace[GROUPS];
    FIELD offered[GROUPS];
    FETCH(mass, cell, mass_0, mass_1, mass_2, mass_3)
    vec2 here = texelFetch(ground, cell, 0).xy;
    float held = total(mass), to_next = 0.0, to_last = 0.0;
    for (int g = 0; g < GROUPS; g++) offered[g] = FIELD(0.0);
    if (held > 0.0) {
        vec2 ground_after = texelFetch(ground, after, 0).xy, ground_before = texelFetch(ground, before, 0).xy;
        FETCH(mass_after, after, mass_0, mass_1, mass_2, mass_3)
        FETCH(mass_before, before, mass_0, mass_1, mass_2, mass_3)
#if REGIMENTS == 1
        vec2 commanded = texelFetch(velocity, cell, 0).xy;
        pace[0] = courant(along.x > 0 ? commanded.x : commanded.y);
#else
        FETCH(pace, cell, courant_0, courant_1, courant_2, courant_3)
#endif
        float held_after = total(mass_after), held_before = total(mass_before);
        bool at_start = false, at_end = false;
#ifndef TORUS
        ivec2 place = cell * along, last = (size - 1) * along;  // beyond the border nobody stands or may go
        at_start = place == ivec2(0);
        at_end = place == last;
#endif
        for (int g = 0; g < GROUPS; g++) {
            FIELD free = here.x - (held - mass[g]);
            FIELD like_after = filled(mass_after[g], ground_after.x - (held_after - mass_after[g]));
            FIELD like_before = filled(mass_before[g], ground_before.x - (held_before - mass_before[g]));
            FIELD slope_after = to_lattice(free * (at_end ? FIELD(0.0) : like_after)) - mass[g];
            FIELD slope_before = mass[g] - to_lattice(free * (at_start ? FIELD(0.0) : like_before));
            FIELD out_of = outflow(mass[g], pace[g], slope_before, slope_after);
            FIELD forth = at_end || ground_after.y == 0.0 ? FIELD(0.0) : max(out_of, FIELD(0.0));
            FIELD back = at_start || ground_before.y == 0.0 ? FIELD(0.0) : max(-out_of, FIELD(0.0));
            offered[g] = forth - back;
            to_next += over_lanes(forth);
            to_last += over_lanes(back);
        }
    }
    float room = max(here.x - held, 0.0);
#if REGIMENTS == 1
    offer = vec4(offered[0], room, 0.0, 0.0);
#else
    WRITE(offered, offer_0, offer_1, offer_2, offer_3)
    streams = vec4(to_next, to_last, room, 0.0);
#endif
}
