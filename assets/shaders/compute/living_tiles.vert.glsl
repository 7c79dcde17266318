// A tile of TILE x TILE cells for each vertex, drawn as a point of that size: of two triangles, software GL would work
// twice through the cells along their common edge. A tile without a living cell is moved outside and not drawn, so that
// nobody has to read back which ones live.

uniform sampler2D living;  // 1 for the tiles of four regiments that live
uniform int regiment;
uniform ivec2 size;        // width and height of the field in cells

void main() {
    int across = (size.x + TILE - 1) / TILE;
    ivec2 tile = ivec2(gl_VertexID % across, gl_VertexID / across);
    // The last tiles are moved inwards: a point whose middle lies outside is not drawn.
    vec2 middle = vec2(max(min(tile * TILE, size - TILE), ivec2(0))) + 0.5 * float(TILE);
    middle = min(middle, vec2(size));
    bool lives = texelFetch(living, tile, 0)[regiment % 4] > 0.5;
    gl_PointSize = float(TILE);
    gl_Position = lives ? vec4(2.0 * middle / vec2(size) - 1.0, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
