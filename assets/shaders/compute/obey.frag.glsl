// What cells do that are not alive, and all where a commander steers alone: they take the planned velocity as it is.
// Hidden channels, where there are any, become 0.

#include "speed"

uniform sampler2D signal;  // target mass, planned velocity, proximity

layout(location = 0) out vec4 velocity;  // and the planned one
#if HIDDEN
layout(location = 1) out vec4 nearer;    // hidden channels, four by four
layout(location = 2) out vec4 farther;
#endif

void main() {
    vec2 planned = texelFetch(signal, ivec2(gl_FragCoord.xy), 0).yz;
    velocity = vec4(limited(planned), planned);
#if HIDDEN
    nearer = vec4(0.0);
    farther = vec4(0.0);
#endif
}
