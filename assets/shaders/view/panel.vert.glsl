// One quad for a panel, pixel for pixel.

uniform vec4 extent;   // left, top, right, bottom in pixels from the top left
uniform vec2 picture;  // width and height in pixels
out vec2 corner;

void main() {
    corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 pixel = mix(extent.xy, extent.zw, corner);
    gl_Position = vec4(pixel / picture * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
}
