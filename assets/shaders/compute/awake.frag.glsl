// For each block of cells the least rectangle (left, top, right, bottom) that holds all its mass; if it holds none,
// left is greater than right.

#include "packed"

INPUT(mass_0, mass_1, mass_2, mass_3)
uniform ivec2 field;  // its width and height, in cells
uniform ivec2 block;  // of a block, in cells
uniform sampler2D reached;  // where mass could come to in the last tick, see reached.frag.glsl
uniform bool anywhere;      // whether this is another state than that after the last tick
layout(location = 0) out vec4 rectangle;

void main() {
    ivec2 start = ivec2(gl_FragCoord.xy) * block, end = min(start + block, field);
    ivec2 least = end, greatest = start;
    FIELD mass[GROUPS];
    vec4 rectangle_before = texelFetch(reached, ivec2(gl_FragCoord.xy), 0);
    ivec2 first = anywhere ? start : ivec2(rectangle_before.xy), last = anywhere ? end : ivec2(rectangle_before.zw);
    for (int row = first.y; row < last.y; row++) {
        bool any_held = false;
        for (int column = first.x; column < last.x; column++) {
            FETCH(mass, ivec2(column, row), mass_0, mass_1, mass_2, mass_3)
            bool held = total(mass) > 0.0;
            any_held = any_held || held;
            least.x = held ? min(least.x, column) : least.x;
            greatest.x = held ? max(greatest.x, column + 1) : greatest.x;
        }
        least.y = any_held ? min(least.y, row) : least.y;
        greatest.y = any_held ? row + 1 : greatest.y;
    }
    rectangle = vec4(least, greatest);
}
