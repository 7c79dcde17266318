// The rectangles of awake.frag.glsl, as two triangles each: only there anything moves.

uniform sampler2D rectangles;
uniform ivec2 size;  // width and height of the target, in cells

void main() {
    int blocks = textureSize(rectangles, 0).x, block = gl_VertexID / 6, corner = gl_VertexID % 6;
    corner = corner < 3 ? corner : corner - 2;  // 0, 1, 2 and 1, 2, 3
    vec4 rectangle = texelFetch(rectangles, ivec2(block % blocks, block / blocks), 0);
    vec2 place = vec2((corner & 1) == 0 ? rectangle.x : rectangle.z, corner < 2 ? rectangle.y : rectangle.w);
    bool none = any(greaterThanEqual(rectangle.xy, rectangle.zw));
    gl_Position = vec4(none ? vec2(-2.0) : place / vec2(size) * 2.0 - 1.0, 0.0, 1.0);
}
