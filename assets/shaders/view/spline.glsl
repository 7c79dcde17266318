// Cubic B-spline of a texture's texels in four fetches, so that outlines are smooth; `size` is its width and height.
float spline(sampler2D texels, vec2 size, vec2 p) {
    vec2 corner = floor(p - 0.5) + 0.5;
    vec2 f = p - corner;
    vec2 w0 = (1.0 - f) * (1.0 - f) * (1.0 - f) / 6.0;
    vec2 w1 = (4.0 - 6.0 * f * f + 3.0 * f * f * f) / 6.0;
    vec2 w3 = f * f * f / 6.0;
    vec2 w2 = 1.0 - w0 - w1 - w3;
    vec2 low = w0 + w1, high = w2 + w3;
    vec2 a = (corner - 1.0 + w1 / low) / size;
    vec2 b = (corner + 1.0 + w3 / high) / size;
    return low.y * (low.x * texture(texels, a).r + high.x * texture(texels, vec2(b.x, a.y)).r)
         + high.y * (low.x * texture(texels, vec2(a.x, b.y)).r + high.x * texture(texels, b).r);
}
