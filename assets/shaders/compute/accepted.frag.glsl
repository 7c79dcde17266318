// What crosses the face between each cell and the next along the axis, of all that is offered there: `accept` of
// nca_controller/physics/acceptance.py, exact at any depth.
//
// A cell takes in its room and what itself passes on, so what a face lets through is the least of: its offer; the room of
// the next cell and the offer of the face beyond it; the room of the next two, and so on. Each face walks forward until
// the room that it has seen meets its offer.

#include "along"
#include "streams"

uniform sampler2D stretches;

layout(location = 0) out vec4 accepted;

const int LENGTH = 4;  // of a stretch, in cells

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy), after = beside(cell, 1);
    float offer = streams_of(cell).x - streams_of(after).y, least = abs(offer), free = 0.0;
    bool forth = offer > 0.0;
    int length = along.x * size.x + along.y * size.y;
    int fixed_place = along.x * cell.y + along.y * cell.x, place = along.x * cell.x + along.y * cell.y;
    place = forth ? (place + 1) % length : place;
    int stride = forth ? LENGTH % length : length - LENGTH % length;
    for (int seen = 0; seen < length && free < least; seen += LENGTH) {  // on a torus once round
        vec4 both = texelFetch(stretches, along.x > 0 ? ivec2(place, fixed_place) : ivec2(fixed_place, place), 0);
        vec2 taken_in = forth ? both.xy : both.zw;
        least = min(least, free + taken_in.x);
        free += taken_in.y;
        place += stride;
        place -= place >= length ? length : 0;
    }
    accepted = vec4(offer < 0.0 ? -least : least);
}
