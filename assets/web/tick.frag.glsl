// What a tick did, in one texture that is read back: mass, and what crossed the faces to the right and below.

uniform sampler2D mass;
uniform sampler2D flux_right;
uniform sampler2D flux_down;

layout(location = 0) out vec4 seen;

void main() {
    ivec2 cell = ivec2(gl_FragCoord.xy);
    seen = vec4(texelFetch(mass, cell, 0).x, texelFetch(flux_right, cell, 0).x, texelFetch(flux_down, cell, 0).x, 0.0);
}
