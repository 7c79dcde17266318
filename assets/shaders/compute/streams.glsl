// What is offered along an axis by all regiments together, as the pass "offers" leaves it.

uniform sampler2D offers;  // of one regiment with the room, or the streams of several

// What a cell offers to the next, to the one before, and its room.
vec3 streams_of(ivec2 cell) {
    vec4 there = texelFetch(offers, cell, 0);
#if REGIMENTS == 1
    return vec3(max(there.x, 0.0), max(-there.x, 0.0), there.y);
#else
    return there.xyz;
#endif
}
