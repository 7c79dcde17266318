// For each block of cells the least rectangle outside which nothing can move in this tick, from those that hold its mass
// and its neighbours'; and the rectangle to draw, which holds that of the tick before as well: so what was left there is
// overwritten, and textures need not be cleared. If there is none, left is not below right.
//
// A step carries mass one cell along each axis at most, and a tick has two steps: whatever lies farther than REACH from
// all mass stays empty. Rectangles, since few quads with few cells too many cost less than many quads. The last block of a
// row may be one cell wide, so that on a torus the block beyond it is within reach, too.

uniform sampler2D held;  // of awake.frag.glsl
uniform sampler2D earlier;  // what was reached in the tick before
uniform ivec2 size;      // of the field, in blocks
uniform ivec2 field;     // in cells
uniform ivec2 block;     // of a block, in cells
layout(location = 0) out vec4 drawn;
layout(location = 1) out vec4 reached;

const float REACH = 2.0;

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec2 start = vec2(here * block), end = vec2(min((here + 1) * block, field));
    vec2 least = end, greatest = start;
    for (int row = -2; row <= 2; row++) {
        for (int column = -2; column <= 2; column++) {
            // On a torus the blocks at the other end are the nearest ones; along a wall they do no harm.
            ivec2 there = here + ivec2(column, row), beyond = max(-there, ivec2(0)) + size - 1;
            ivec2 round = beyond / size - max(there, ivec2(0)) / size;
            vec4 mass = texelFetch(held, there + round * size, 0) - vec2(round * field).xyxy;
            vec2 first = max(mass.xy - REACH, start), last = min(mass.zw + REACH, end);
            bool any_reached = mass.x < mass.z && all(lessThan(first, last));
            least = any_reached ? min(least, first) : least;
            greatest = any_reached ? max(greatest, last) : greatest;
        }
    }
    reached = vec4(least, greatest);
    vec4 before = texelFetch(earlier, here, 0);
    bool any_before = all(lessThan(before.xy, before.zw)), any_now = all(lessThan(least, greatest));
    vec4 both = vec4(min(least, before.xy), max(greatest, before.zw));
    drawn = any_before && any_now ? both : any_before ? before : reached;
}
