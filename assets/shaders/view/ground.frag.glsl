// The painted field as the camera shows it, its border, and the dark table that it lies on.

uniform sampler2D painted;   // the whole field
uniform sampler2D grain;     // fine detail that repeats, around 0.5
uniform float fineness;      // pixels of the painted field per cell
uniform float grain_span;    // cells that the grain covers before it repeats
uniform vec2 origin;         // the field's top left corner, in pixels from the top left
uniform float scale;         // pixels per cell
uniform vec2 field;          // width and height in cells
uniform float picture_height;
uniform float rim_width;     // pixels
uniform vec3 table;
uniform vec3 border;
out vec4 colour;

void main() {
    vec2 pixel = vec2(gl_FragCoord.x, picture_height - gl_FragCoord.y) - origin;
    vec2 beyond = max(-pixel, pixel - field * scale);  // how far outside the field, in pixels
    float outside = max(beyond.x, beyond.y);
    if (outside > 0.0) {
        float rim = 1.0 - smoothstep(rim_width - 1.0, rim_width, outside);
        float glow = exp(-outside / 26.0);
        colour = vec4(mix(table * (1.0 + 0.25 * glow), border, rim), 1.0);
        return;
    }
    vec2 cell = pixel / scale;
    vec3 ground = texture(painted, cell / field).rgb;
    float near = smoothstep(0.9, 2.5, scale / fineness);  // seen closer than it was painted
    if (near > 0.0) {
        ground *= 1.0 + 0.9 * near * (texture(grain, cell / grain_span).r - 0.5);
    }
    colour = vec4(ground, 1.0);
}
