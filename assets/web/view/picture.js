// The picture: meadow, target outline, soldiers and lines, by the game's own view shaders, bottom up.

const FINENESS = 16, MOST_PAINTED = 2048; // pixels of the painted field per cell, and along a side
const GRAIN = 256, GRAIN_SPAN = 24; // pixels along a side of the grain, and cells that it covers
const FACINGS = 16, STRIDES = 4; // of the sprite, as engine/view/sprites.py has them
const UNIT = 21, MIDDLE = [16, 23]; // pixels of a frame between two soldiers in closed ranks, and where its feet stand
const STRIDE = 3.2; // spacings walked in one cycle of the walk
const PRESENCE = 1.6; // how much larger than their spacing soldiers are drawn
const SHARPNESS = -0.9; // mipmap levels
const MOST_OUTLINES = 3; // that are kept
const RECORD = 7; // floats of a soldier: position, facing, walked, side, variety, selected

const ofColour = (colour) => colour.map((value) => value / 255);

class Picture {
  constructor(gl, shaders, sprite, palette) {
    Object.assign(this, { gl, palette });
    const program = (fragment, vertex = fragment) =>
      new Program(gl, shaders, `view/${vertex}.vert.glsl`, `view/${fragment}.frag.glsl`);
    this.programs = {
      meadow: program("meadow", "whole"), ground: program("ground", "whole"), outline: program("outline", "tiles"),
      soldiers: program("soldiers"), lines: program("lines"),
    };
    this.empty = gl.createVertexArray();
    this.grain = this.texture({ size: [GRAIN, GRAIN], data: grainOf(GRAIN), mipmaps: true, repeat: true, one: true });
    this.frames = this.layersOf(sprite);
    this.buffers = {
      soldiers: this.instances("soldiers", {
        position: 2, facing: 1, walked: 1, side: 1, variety: 1, selected: 1 }),
      lines: this.instances("lines", { ends: 4, width: 1, square: 1, colour: 4 }),
      outline: this.instances("outline", { extent: 4 }),
    };
    this.field = null;
    this.outlined = new Map(); // textures by their targets
  }

  texture({ size, data = null, mipmaps = false, repeat = false, one = false, float = false }) {
    const { gl } = this, handle = gl.createTexture(), target = gl.TEXTURE_2D;
    const [inner, outer, kind] = float ? [gl.R16F, gl.RED, gl.FLOAT]
      : one ? [gl.R8, gl.RED, gl.UNSIGNED_BYTE] : [gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE];
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(target, handle);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(target, 0, inner, ...size, 0, outer, kind, data);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, mipmaps ? gl.LINEAR_MIPMAP_NEAREST : gl.LINEAR);
    for (const way of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(target, way, repeat ? gl.REPEAT : gl.CLAMP_TO_EDGE);
    }
    if (mipmaps && data) gl.generateMipmap(target);
    return { handle, size };
  }

  // The sprite's frames, an array of textures, facing counted fastest. Its channels are materials, not colours.
  layersOf(image) {
    const { gl } = this, handle = gl.createTexture(), target = gl.TEXTURE_2D_ARRAY;
    const width = image.width / FACINGS, height = image.height / STRIDES;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(target, handle);
    gl.texStorage3D(target, 5, gl.RGBA8, width, height, FACINGS * STRIDES);
    // The picture goes up as it is, and frame by frame into the layers: a canvas would blend its channels with alpha.
    const atlas = gl.createTexture(), canvas = gl.createFramebuffer();
    gl.bindTexture(gl.TEXTURE_2D, atlas);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, image);
    gl.bindFramebuffer(gl.FRAMEBUFFER, canvas);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, atlas, 0);
    for (let layer = 0; layer < FACINGS * STRIDES; layer++) {
      const left = (layer % FACINGS) * width, top = Math.floor(layer / FACINGS) * height;
      gl.copyTexSubImage3D(target, 0, 0, 0, layer, left, top, width, height);
    }
    gl.deleteFramebuffer(canvas);
    gl.deleteTexture(atlas);
    gl.generateMipmap(target);
    gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    for (const way of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(target, way, gl.CLAMP_TO_EDGE);
    return { handle, target, size: [width, height] };
  }

  // A buffer of instances, quad by quad, and how a program's attributes lie in it, in floats.
  instances(name, layout) {
    const { gl } = this, program = this.programs[name], buffer = gl.createBuffer(), mesh = gl.createVertexArray();
    program.use();
    gl.bindVertexArray(mesh);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    const stride = 4 * Object.values(layout).reduce((sum, one) => sum + one, 0);
    let offset = 0;
    for (const [attribute, floats] of Object.entries(layout)) {
      const place = program.attributes[attribute];
      if (place !== undefined) {
        gl.enableVertexAttribArray(place);
        gl.vertexAttribPointer(place, floats, gl.FLOAT, false, stride, offset);
        gl.vertexAttribDivisor(place, 1);
      }
      offset += 4 * floats;
    }
    gl.bindVertexArray(null);
    return { buffer, mesh, floats: stride / 4 };
  }

  fill({ buffer }, records) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, records, gl.STREAM_DRAW);
  }

  quads({ mesh }, count) {
    this.gl.bindVertexArray(mesh);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, count);
  }

  // Begin a picture: the ground as the camera shows it.
  ground(camera) {
    const { gl } = this, { width, height } = camera.field;
    if (this.field?.of !== `${width} ${height}`) this.paint(width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, ...camera.size);
    gl.disable(gl.BLEND);
    const shown = this.programs.ground;
    shown.use();
    shown.bind({ painted: this.field, grain: this.grain });
    shown.set({
      fineness: this.field.size[0] / width, grain_span: GRAIN_SPAN, origin: camera.origin, scale: camera.scale,
      field: [width, height], picture_height: camera.size[1], rim_width: 2.5 * camera.density,
      table: ofColour(this.palette.table), border: ofColour(this.palette.border),
    });
    gl.bindVertexArray(this.empty);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  // Paint the whole field once.
  paint(width, height) {
    const { gl } = this, fineness = Math.min(FINENESS, MOST_PAINTED / Math.max(width, height));
    const size = [Math.round(width * fineness), Math.round(height * fineness)];
    if (this.field) gl.deleteTexture(this.field.handle);
    this.field = { ...this.texture({ size, mipmaps: true }), of: `${width} ${height}` };
    this.bare ??= this.texture({ size: [1, 1], data: new Uint8Array(4) });
    const canvas = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, canvas);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.field.handle, 0);
    gl.viewport(0, 0, ...size);
    gl.disable(gl.BLEND);
    this.programs.meadow.use();
    this.programs.meadow.bind({ scenery: this.bare });
    this.programs.meadow.set({ field: [width, height], fineness });
    gl.bindVertexArray(this.empty);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.deleteFramebuffer(canvas);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.field.handle);
    gl.generateMipmap(gl.TEXTURE_2D);
  }

  // The outline of a target, which never changes in place: it is uploaded once.
  outline(camera, target, colour, filled) {
    const { width, height } = camera.field, program = this.programs.outline;
    if (!this.outlined.has(target)) {
      for (const [other, { handle }] of this.outlined) {
        if (this.outlined.size < MOST_OUTLINES) break;
        this.gl.deleteTexture(handle);
        this.outlined.delete(other);
      }
      const peak = target.reduce((most, here) => Math.max(most, here), 0) || 1;
      const data = Float32Array.from(target, (here) => here / peak);
      this.outlined.set(target, this.texture({ size: [width, height], data, float: true }));
    }
    program.use();
    program.bind({ density: this.outlined.get(target) });
    program.set({
      camera: camera.clip, scale: camera.scale, field: [width, height], ink: ofColour(colour), filled,
      thick: Math.max(camera.density, 1),
    });
    this.fill(this.buffers.outline, Float32Array.of(0, 0, width, height));
    this.quads(this.buffers.outline, 1);
  }

  // Soldiers, records of RECORD floats, the nearest last.
  soldiers(camera, records, spacing, colour, cover = 1) {
    const program = this.programs.soldiers, [width, height] = this.frames.size;
    const unit = (PRESENCE * spacing) / UNIT;
    program.use();
    program.bind({ frames: this.frames });
    program.set({
      camera: camera.clip, size: [width * unit, height * unit], middle: [MIDDLE[0] / width, MIDDLE[1] / height],
      facings: FACINGS, strides: STRIDES, stride: STRIDE * spacing, sharpness: SHARPNESS, cover,
      metal: ofColour(this.palette.metal), leather: ofColour(this.palette.leather),
      teams: Array.from({ length: 32 }, () => ofColour(colour)).flat(),
    });
    this.fill(this.buffers.soldiers, records);
    this.quads(this.buffers.soldiers, records.length / RECORD);
  }

  // Lines over the field: (x, y, x, y) in pixels, width, square, and a colour with its cover.
  lines(camera, list) {
    if (!list.length) return;
    const program = this.programs.lines;
    program.use();
    program.set({ picture: camera.size });
    this.fill(this.buffers.lines, Float32Array.from(list.flat()));
    this.quads(this.buffers.lines, list.length);
  }
}

// Fine detail that repeats, around the middle grey: smooth random values at three scales.
function grainOf(side) {
  const next = randomNumbers(7), sum = new Float64Array(side * side);
  for (const [pitch, weight] of [[2, 0.5], [4, 0.8], [8, 0.4]]) {
    const count = side / pitch, knots = Float64Array.from({ length: count * count }, () => next() - 0.5);
    for (let cell = 0; cell < side * side; cell++) {
      const x = (cell % side) / pitch, y = Math.floor(cell / side) / pitch, i = Math.floor(x), j = Math.floor(y);
      const at = (down, right) => knots[((j + down) % count) * count + ((i + right) % count)];
      const fx = (x - i) ** 2 * (3 - 2 * (x - i)), fy = (y - j) ** 2 * (3 - 2 * (y - j));
      const above = at(0, 0) + fx * (at(0, 1) - at(0, 0)), below = at(1, 0) + fx * (at(1, 1) - at(1, 0));
      sum[cell] += weight * (above + fy * (below - above));
    }
  }
  return Uint8Array.from(sum, (value) => Math.min(Math.max(128 + 120 * value, 0), 255));
}

// A generator of numbers from 0 to 1, the same for each seed (mulberry32).
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
