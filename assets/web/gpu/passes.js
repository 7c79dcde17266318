// Passes: a fragment shader reckons every texel of its targets from those of its inputs. As engine/gl/passes.py.

const MOST_CANVASES = 256; // framebuffers that are kept

class Passes {
  constructor(gl, shaders) {
    Object.assign(this, { gl, shaders, canvases: new Map(), free: new Map(), made: [], count: 0 });
    this.mesh = gl.createVertexArray();
  }

  // The pass <name>.frag.glsl of a folder, assets/shaders/compute where none is named.
  load(name, { defines, vertex = "field", folder = "compute" } = {}) {
    return new Program(this.gl, this.shaders, `compute/${vertex}.vert.glsl`, `${folder}/${name}.frag.glsl`, defines);
  }

  // A texture of floats, whose texels are read one by one.
  texture(width, height, components = 4, data = null) {
    const { gl } = this, [inner, outer] = {
      1: [gl.R32F, gl.RED], 2: [gl.RG32F, gl.RG], 4: [gl.RGBA32F, gl.RGBA],
    }[components];
    const texture = { handle: gl.createTexture(), width, height, components, number: this.count++, format: outer };
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    gl.texStorage2D(gl.TEXTURE_2D, 1, inner, width, height);
    for (const way of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, way, gl.NEAREST);
    for (const way of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, way, gl.CLAMP_TO_EDGE);
    if (data) this.write(texture, data);
    this.made.push(texture);
    return texture;
  }

  // Delete all textures, and the framebuffers that draw on them.
  forget() {
    for (const { handle } of this.made) this.gl.deleteTexture(handle);
    this.forgetCanvases();
    this.made = [];
    this.free.clear();
  }

  forgetCanvases() {
    for (const canvas of this.canvases.values()) this.gl.deleteFramebuffer(canvas);
    this.canvases.clear();
  }

  write(texture, data) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture.handle);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, texture.width, texture.height, texture.format, gl.FLOAT, data);
  }

  // A texture without defined contents from the pool, into which `give` puts it back.
  take(width, height, components = 4) {
    return this.free.get(`${width} ${height} ${components}`)?.pop() ?? this.texture(width, height, components);
  }

  give(...textures) {
    for (const texture of textures) {
      const key = `${texture.width} ${texture.height} ${texture.components}`;
      if (!this.free.has(key)) this.free.set(key, []);
      this.free.get(key).push(texture);
    }
  }

  // Draw on the targets, four at most; `size` is that of the targets unless it is given, and `clear` puts 0 elsewhere.
  run(program, targets, inputs, uniforms = {}, { mode = this.gl.TRIANGLES, vertices = 3, clear = false } = {}) {
    const { gl } = this, { width, height } = targets[0];
    this.drawOn(targets);
    gl.viewport(0, 0, width, height);
    gl.disable(gl.BLEND);
    if (clear) {
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
    }
    program.use();
    program.bind(inputs);
    program.set({ size: [width, height], ...uniforms });
    gl.bindVertexArray(this.mesh);
    gl.drawArrays(mode, 0, vertices);
  }

  // Bind the framebuffer of these targets. Throws DeviceError where the driver cannot draw on them.
  drawOn(targets) {
    const { gl } = this, key = targets.map(({ number }) => number).join(" ");
    const known = this.canvases.get(key);
    if (known) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, known);
      return;
    }
    if (this.canvases.size >= MOST_CANVASES) this.forgetCanvases();
    const canvas = gl.createFramebuffer();
    this.canvases.set(key, canvas);
    gl.bindFramebuffer(gl.FRAMEBUFFER, canvas);
    targets.forEach(({ handle }, index) =>
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + index, gl.TEXTURE_2D, handle, 0));
    gl.drawBuffers(targets.map((_, index) => gl.COLOR_ATTACHMENT0 + index));
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE && !gl.isContextLost()) {
      throw new DeviceError("This graphics device cannot draw on these float textures, which the army is computed with.");
    }
  }

  // Begin to read a texture of four components; `arrived` of what is returned is null until the texels are there, and
  // `forget` drops them.
  read(texture) {
    const { gl } = this, floats = new Float32Array(4 * texture.width * texture.height), buffer = gl.createBuffer();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, floats.byteLength, gl.STREAM_READ);
    this.drawOn([texture]);
    gl.readPixels(0, 0, texture.width, texture.height, gl.RGBA, gl.FLOAT, 0);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const forget = () => {
      gl.deleteBuffer(buffer);
      gl.deleteSync(fence);
    };
    return {
      forget,
      arrived() {
        const state = gl.clientWaitSync(fence, 0, 0);
        if (state !== gl.ALREADY_SIGNALED && state !== gl.CONDITION_SATISFIED) return null;
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
        gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, floats);
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
        forget();
        return floats;
      },
    };
  }
}
