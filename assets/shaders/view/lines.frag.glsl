// A line with smooth edges: a capsule, or a bar that is cut off at its ends.

in vec2 place;        // see lines.vert.glsl
flat in vec3 shape;
flat in vec4 tint;
out vec4 colour;

void main() {
    vec2 beyond = vec2(max(abs(place.x) - shape.x, 0.0), abs(place.y));
    float distance = shape.z > 0.5 ? max(abs(place.x) - shape.x, abs(place.y) - shape.y) : length(beyond) - shape.y;
    float cover = clamp(0.5 - distance, 0.0, 1.0) * tint.a;
    colour = vec4(tint.rgb * cover, cover);
}
