// What of each regiment crosses the face between each cell and the next along the axis: friends exchange places, and what
// is accepted of the rest is divided among those that press: `apply_offers` of nca_controller/physics/transport.py.
//
// The host writes "sides": SIDES, the number of those with several regiments, and members(side, group). PRESSING is
// defined where friends may give way, who then need to know what presses still.

#include "packed"
#include "lattice"
#include "along"
#include "apportion"
#include "sides"

INPUT(offer_0, offer_1, offer_2, offer_3)
uniform sampler2D streams;   // all offers to the next cell, all to the one before
uniform sampler2D accepted;  // of all regiments together, once friends have exchanged
FIRST(crossing_0, crossing_1, crossing_2, crossing_3)
#ifdef PRESSING
SECOND(pressing_0, pressing_1, pressing_2, pressing_3)
#endif

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), after = beside(cell, 1);
    FIELD crossing[GROUPS];
    FIELD pressing[GROUPS];
    for (int g = 0; g < GROUPS; g++) crossing[g] = pressing[g] = FIELD(0.0);
    float forth = texelFetch(streams, cell, 0).x, back = texelFetch(streams, after, 0).y;
    if (forth + back > 0.0) {
        FIELD going[GROUPS];
        FIELD coming[GROUPS];
        FIELD portions[GROUPS];
        FETCH(going, cell, offer_0, offer_1, offer_2, offer_3)
        FETCH(coming, after, offer_0, offer_1, offer_2, offer_3)
        for (int g = 0; g < GROUPS; g++) pressing[g] = max(going[g], FIELD(0.0)) - max(-coming[g], FIELD(0.0));
#if SIDES > 0
        if (forth * back > 0.0) {
            for (int side = 0; side < SIDES; side++) {
                for (int g = 0; g < GROUPS; g++) {
                    FIELD theirs = mix(FIELD(0.0), pressing[g], members(side, g));
                    going[g] = max(theirs, FIELD(0.0));
                    coming[g] = max(-theirs, FIELD(0.0));
                }
                float equal_amount = min(total(going), total(coming));
                apportion(going, equal_amount, portions);
                for (int g = 0; g < GROUPS; g++) crossing[g] += portions[g];
                apportion(coming, equal_amount, portions);
                for (int g = 0; g < GROUPS; g++) crossing[g] -= portions[g];
            }
            for (int g = 0; g < GROUPS; g++) pressing[g] -= crossing[g];
        }
#endif
        float let_through = texelFetch(accepted, cell, 0).x, way = let_through < 0.0 ? -1.0 : 1.0;
        for (int g = 0; g < GROUPS; g++) going[g] = max(way * pressing[g], FIELD(0.0));
        apportion(going, abs(let_through), portions);
        for (int g = 0; g < GROUPS; g++) {
            crossing[g] += way * portions[g];
            pressing[g] -= way * portions[g];
        }
    }
    WRITE(crossing, crossing_0, crossing_1, crossing_2, crossing_3)
#ifdef PRESSING
    WRITE(pressing, pressing_0, pressing_1, pressing_2, pressing_3)
#endif
}
