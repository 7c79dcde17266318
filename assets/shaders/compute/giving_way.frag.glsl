// What crosses each face once friends have given way to those who press still: nca_controller/physics/giving_way.py.
//
// The host writes "sides": SIDES, the number of those with several regiments, and members(side, group).

#include "packed"
#include "lattice"
#include "along"
#include "apportion"
#include "sides"

INPUT(mass_0, mass_1, mass_2, mass_3)
INPUT(courant_0, courant_1, courant_2, courant_3)
INPUT(place_0, place_1, place_2, place_3)  // what each regiment is to hold
INPUT(crossing_0, crossing_1, crossing_2, crossing_3)
INPUT(pressing_0, pressing_1, pressing_2, pressing_3)
uniform FIELD yielding[GROUPS];  // how far each regiment gives way, from 0 to 1
FIRST(flux_0, flux_1, flux_2, flux_3)

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), after = beside(cell, 1), before = beside(cell, -1);
    FIELD flux[GROUPS];
    FIELD pressing[GROUPS];
    FETCH(flux, cell, crossing_0, crossing_1, crossing_2, crossing_3)
    FETCH(pressing, cell, pressing_0, pressing_1, pressing_2, pressing_3)
    for (int side = 0; side < SIDES; side++) {
        FIELD theirs[GROUPS];  // what each regiment of this side presses with
        for (int g = 0; g < GROUPS; g++) theirs[g] = mix(FIELD(0.0), pressing[g], members(side, g));
        float pushed = total(theirs), way = pushed > 0.0 ? 1.0 : -1.0;
        ivec2 from = pushed > 0.0 ? cell : after, into = pushed > 0.0 ? after : cell;
        FIELD held[GROUPS];
        FIELD pushes[GROUPS];
        FETCH(held, into, mass_0, mass_1, mass_2, mass_3)
        float meeting = 0.0;  // how many press, or stand in the cell that is pressed into
        for (int g = 0; g < GROUPS; g++) {
            pushes[g] = max(way * theirs[g], FIELD(0.0));
            FIELD there = mix(FIELD(0.0), pushes[g] + held[g], members(side, g));
            meeting += over_lanes(mix(FIELD(0.0), FIELD(1.0), LESS(FIELD(0.0), there)));
        }
        if (pushed != 0.0 && meeting > 1.0) {
            ivec2 beyond = pushed > 0.0 ? after : before;  // the face on the other side of the cell pressed into
            FIELD in_place[GROUPS];
            FIELD lacking[GROUPS];
            FIELD going[GROUPS];
            FIELD pace[GROUPS];
            FIELD pressing_on[GROUPS];
            FIELD crossing_on[GROUPS];
            FIELD crossing[GROUPS];
            FETCH(in_place, from, mass_0, mass_1, mass_2, mass_3)
            FETCH(lacking, from, place_0, place_1, place_2, place_3)
            FETCH(going, into, courant_0, courant_1, courant_2, courant_3)
            FETCH(pace, from, courant_0, courant_1, courant_2, courant_3)
            FETCH(pressing_on, beyond, pressing_0, pressing_1, pressing_2, pressing_3)
            FETCH(crossing_on, beyond, crossing_0, crossing_1, crossing_2, crossing_3)
            FETCH(crossing, cell, crossing_0, crossing_1, crossing_2, crossing_3)
            FIELD intruding[GROUPS];
            float quickest = 0.0, pushed_on = 0.0;
            for (int g = 0; g < GROUPS; g++) {
                pressing_on[g] = mix(FIELD(0.0), pressing_on[g], members(side, g));
                pushed_on += over_lanes(pressing_on[g]);
                intruding[g] = mix(FIELD(0.0), held[g], LESS(FIELD(0.0), pushes[g]));
                FIELD paces = mix(FIELD(0.0), way * pace[g], LESS(FIELD(0.0), pushes[g]));
                for (int c = 0; c < CHANNELS; c++) quickest = max(quickest, paces[c]);
            }
            float intruders = total(intruding);
            bool squeezed = way * pushed_on < 0.0;  // from its other side as well
            FIELD given_up[GROUPS];
            FIELD guests[GROUPS];
            for (int g = 0; g < GROUPS; g++) {
                FIELD half_of_more = 0.5 * max(held[g] - (intruders - intruding[g]), FIELD(0.0));
                FIELD homeward = mix(FIELD(0.0), min(half_of_more, lacking[g] - in_place[g]), LESS(FIELD(0.0), yielding[g]));
                FIELD spare = to_lattice(max(yielding[g] * half_of_more, homeward));
                // What stays in that cell of what it holds, once its offers have been met.
                FIELD on = way * (pressing_on[g] + crossing_on[g]), against = -way * (theirs[g] + crossing[g]);
                spare = min(spare, held[g] - (max(on, FIELD(0.0)) + max(against, FIELD(0.0))));
                spare = squeezed ? to_lattice(0.5 * spare) : spare;
                // Who goes the same way as fast gives nothing, unless it is held up there and presses on.
                FIELD slower = mix(FIELD(0.0), spare, LESS(way * going[g], FIELD(quickest)));
                given_up[g] = mix(slower, spare, LESS(FIELD(0.0), way * pressing_on[g]));
                given_up[g] = mix(FIELD(0.0), given_up[g], members(side, g));
                guests[g] = mix(pushes[g], FIELD(0.0), LESS(FIELD(0.0), given_up[g]));
            }
            if (total(guests) > 0.0) pushes = guests;  // then who gives does not take from itself as well
            float equal_amount = min(total(pushes), total(given_up));
            FIELD portions[GROUPS];
            apportion(pushes, equal_amount, portions);
            for (int g = 0; g < GROUPS; g++) flux[g] += way * portions[g];
            apportion(given_up, equal_amount, portions);
            for (int g = 0; g < GROUPS; g++) flux[g] -= way * portions[g];
        }
    }
    WRITE(flux, flux_0, flux_1, flux_2, flux_3)
}
