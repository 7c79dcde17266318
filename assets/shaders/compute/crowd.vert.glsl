// Where each soldier would be carried to: a point two cells wide on a grid, over the four cells that share it.

uniform sampler2D carrying;  // flux to the right and down, and the mass that each was drawn from
uniform vec2 cells;          // width and height of the part of the field that is uploaded
uniform vec2 grid;           // width and height of the grid that is drawn on
uniform float thin;
uniform float dead_zone;
uniform float field_speed;
in vec2 position;            // in cells of the field's part
flat out vec2 place;         // in the grid's own cells

void main() {
    vec4 found = textureLod(carrying, position / cells, 0.0);
    vec2 velocity = found.xy / max(found.zw, vec2(thin));
    float squared = max(dot(velocity, velocity), 1e-12);
    vec2 carried = velocity * max(1.0 - dead_zone * dead_zone / squared, 0.0);
    carried *= min(1.0, field_speed / max(length(carried), 1e-6));
    place = (position + carried) / cells * grid;
    gl_Position = vec4(2.0 * place / grid - 1.0, 0.0, 1.0);
    gl_PointSize = 2.0;
}
