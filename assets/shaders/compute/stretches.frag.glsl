// What the stretch of LENGTH cells that starts in each cell takes in, by itself and with what it passes on beyond its end:
// of a stream to the next cells, and of one to those before. With it "accepted" walks in strides of that length.

#include "along"
#include "streams"

layout(location = 0) out vec4 taken_in;  // (most, room) forth, and (most, room) back

const int LENGTH = 4;
const float MOST = 8.0;  // more than is ever offered to a cell; sums below it are exact

vec2 stretch(ivec2 cell, vec3 here, int way, bool entered) {
    float most = MOST, free = 0.0;
    for (int left = entered ? LENGTH : 0; left > 0; left = entered ? left - 1 : 0) {
        cell = beside(cell, way);
        vec3 next = streams_of(cell);
        float onwards = way > 0 ? here.x - next.y : here.y - next.x;
        float other = max(-onwards, 0.0), half_of_room = trunc(here.z * 524288.0) / 1048576.0;
        free = min(free + max(here.z - other, half_of_room), MOST);
        most = min(most, free + max(onwards, 0.0));
        here = next;
        entered = onwards > 0.0;
    }
    return vec2(most, entered ? free : MOST);  // whoever passes nothing on is the last that matters
}

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    vec3 here = streams_of(cell);
    bool from_before = streams_of(beside(cell, -1)).x > 0.0, from_after = streams_of(beside(cell, 1)).y > 0.0;
    taken_in = vec4(stretch(cell, here, 1, from_before), stretch(cell, here, -1, from_after));
}
