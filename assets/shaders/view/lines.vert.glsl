// One quad around each straight line, with a pixel to spare for its smooth edge.

uniform vec2 picture;  // width and height in pixels
in vec4 ends;          // x, y of both ends in pixels from the top left
in float width;        // pixels
in float square;       // 1: cut off at the ends; 0: round
in vec4 colour;
out vec2 place;        // along and across the line, in pixels from its middle
flat out vec3 shape;   // half its length, half its width, square
flat out vec4 tint;

void main() {
    vec2 along = ends.zw - ends.xy;
    float span = length(along);
    along = span > 1e-4 ? along / span : vec2(1.0, 0.0);
    vec2 across = vec2(-along.y, along.x);
    shape = vec3(span * 0.5, width * 0.5, square);
    vec2 reach = vec2(shape.x + (square > 0.5 ? 0.0 : shape.y) + 1.0, shape.y + 1.0);
    place = (2.0 * vec2(gl_VertexID & 1, gl_VertexID >> 1) - 1.0) * reach;
    vec2 pixel = 0.5 * (ends.xy + ends.zw) + place.x * along + place.y * across;
    gl_Position = vec4(pixel / picture * vec2(2.0, -2.0) + vec2(-1.0, 1.0), 0.0, 1.0);
    tint = colour;
}
