// A tile of cells for each instance, as a strip of four corners. One without a living cell is moved outside and not
// drawn, so that nobody has to read back which ones live.

uniform sampler2D living;  // 1 for the tiles of four regiments that live
uniform int regiment;
uniform ivec2 size;        // width and height of the field in cells

void main() {
    int across = (size.x + TILE - 1) / TILE;
    ivec2 tile = ivec2(gl_InstanceID % across, gl_InstanceID / across);
    ivec2 corner = min((tile + ivec2(gl_VertexID & 1, gl_VertexID >> 1)) * TILE, size);
    vec2 place = 2.0 * vec2(corner) / vec2(size) - 1.0;
    bool lives = texelFetch(living, tile, 0)[regiment % 4] > 0.5;
    gl_Position = lives ? vec4(place, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
