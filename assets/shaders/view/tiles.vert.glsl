// One quad for each tile of the field that has anything to draw in it.

uniform vec4 camera;  // clip = cell * camera.xy + camera.zw
in vec4 extent;       // left, top, right, bottom in cells
out vec2 cell;

void main() {
    cell = mix(extent.xy, extent.zw, vec2(gl_VertexID & 1, gl_VertexID >> 1));
    gl_Position = vec4(cell * camera.xy + camera.zw, 0.0, 1.0);
}
