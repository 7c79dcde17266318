// One quad a soldier, centred on its position; nearer soldiers come later in the buffer.

const float TURN = 6.28318530718;

uniform vec4 camera;        // clip = cell * camera.xy + camera.zw
uniform vec2 size;          // of a frame, in cells
uniform vec2 middle;        // the point of a frame that goes on the soldier's position, in shares of the frame's size
uniform int facings;
uniform int strides;
uniform float stride;       // cells walked in one whole cycle
uniform vec3 teams[32];
in vec2 position;           // cells
in float facing;            // radians clockwise from up
in float walked;            // cells since the start
in float side;              // index of its colour in `teams`
in float variety;           // 0 to 1, each soldier's own
in float selected;          // 1 for a selected soldier
out vec3 frame;
out vec3 team;
flat out float shade;
flat out float glow;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 cell = position + (corner - middle) * size;
    gl_Position = vec4(cell * camera.xy + camera.zw, 0.0, 1.0);

    int column = int(mod(floor(facing / TURN * float(facings) + 0.5), float(facings)));
    int row = int(fract(walked / stride + variety) * float(strides));
    frame = vec3(corner, float(min(row, strides - 1) * facings + column));
    team = teams[int(side) & 31];
    shade = 0.86 + 0.28 * variety;
    glow = selected;
}
