// One quad a soldier where there is combat, as large as its frame; nearer soldiers come later in the buffer.

uniform vec4 camera;      // clip = cell * camera.xy + camera.zw
uniform float pixel;      // cells that a pixel of a frame spans
uniform sampler2D boxes;  // of each frame: left, top, width, height in the sheet, and the point on the position
uniform vec3 teams[32];
in vec2 position;         // cells
in float frame;           // index of a frame
in float side;            // index of its colour in `teams`
in float variety;         // 0 to 1, each soldier's own
in float glow;            // how much brighter it is: 1 for a selected soldier, more when a blow lands
in float pale;            // 0 to 1: how much of its colours it has lost
in float sunk;            // 0 for one who stands; for one who lies, how far into the ground, to 1
out vec2 place;           // in the sheet, in pixels
out vec3 team;
flat out vec4 look;       // shade, glow, pale, sunk

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec4 box = texelFetch(boxes, ivec2(0, int(frame)), 0);
    vec2 middle = texelFetch(boxes, ivec2(1, int(frame)), 0).xy;
    vec2 cell = position + (corner * box.zw - middle) * pixel;
    gl_Position = vec4(cell * camera.xy + camera.zw, 0.0, 1.0);
    place = box.xy + corner * box.zw;
    team = teams[int(side) & 31];
    look = vec4(0.86 + 0.28 * variety, glow, pale, sunk);
}
