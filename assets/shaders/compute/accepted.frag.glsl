// What crosses the face between each cell and the next along the axis, of all that is offered there: `accept` of
// nca_controller/physics/acceptance.py, exact at any depth.
//
// A cell takes in its room and what itself passes on, so what a face lets through is the least of: its offer; the room of
// the next cell and the offer of the face beyond it; the room of the next two, and so on. Each face walks forward until
// the room that it has seen meets its offer.

#include "along"

uniform sampler2D offers;  // of one regiment with the room, or the streams of several

layout(location = 0) out vec4 accepted;

// What a cell offers to the next, to the one before, and its room.
vec3 seen(ivec2 cell) {
    vec4 there = texelFetch(offers, cell, 0);
#if REGIMENTS == 1
    return vec3(max(there.x, 0.0), max(-there.x, 0.0), there.y);
#else
    return there.xyz;
#endif
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec3 here = seen(cell), next = seen(beside(cell, 1));
    float offer = here.x - next.y;
    int way = offer > 0.0 ? 1 : -1;
    if (offer < 0.0) {  // seen from the cell that offers
        cell = beside(cell, 1);
        vec3 other = here;
        here = next.yxz;
        next = other.yxz;
    }
    float least = abs(offer), free = 0.0;
    for (int steps = max(size.x, size.y); steps > 0 && free < least; steps--) {  // on a torus at most once round
        cell = beside(cell, way);
        here = next;
        next = seen(beside(cell, way));
        next = way > 0 ? next : next.yxz;
        float onwards = here.x - next.y;
        float other = max(-onwards, 0.0), half_of_room = trunc(here.z * 524288.0) / 1048576.0;
        free += max(here.z - other, half_of_room);
        least = min(least, free + max(onwards, 0.0));
    }
    accepted = vec4(offer < 0.0 ? -least : least);
}
