// The graphics device: a WebGL2 context with float targets, and the programs that it compiles. Shader files, whose parts
// the exporter has put into them, have no version and no precision: these are put before them, then the host's defines.

const PREAMBLE = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;
precision highp sampler2DArray;
`;

// What the page cannot do without; its message is one line for the player.
class DeviceError extends Error {}

// The context of a canvas. Throws DeviceError where the browser has none that serves.
function openDevice(canvas) {
  const gl = canvas.getContext("webgl2", {
    alpha: false, antialias: false, depth: false, stencil: false, powerPreference: "high-performance",
  });
  if (!gl) throw new DeviceError("This browser gives no WebGL2, which the army is computed with: try a newer one.");
  if (!gl.isContextLost() && !gl.getExtension("EXT_color_buffer_float")) {
    throw new DeviceError("This graphics device draws on no float textures, which the army is computed with.");
  }
  return gl;
}

// What the device calls itself.
function deviceName(gl) {
  const known = gl.getExtension("WEBGL_debug_renderer_info");
  const name = gl.getParameter(known ? known.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  return String(name).replace(/^ANGLE \((.*)\)$/, "$1");
}

// A number as the text of a shader's float: exactly, and with a point or an exponent.
function floatOf(number) {
  return Number.isInteger(number) ? number.toFixed(1) : String(number);
}

// A compiled program: `uniforms` and `attributes` by name. Compiling is begun at once and looked at when first used, so
// that drivers compile several side by side.
class Program {
  constructor(gl, shaders, vertex, fragment, defines = {}) {
    this.gl = gl;
    this.name = fragment;
    this.handle = gl.createProgram();
    const constants = Object.entries(defines).map(([name, value]) => `#define ${name} ${value}\n`).join("");
    this.stages = [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]].map(([kind, path]) => {
      const stage = gl.createShader(kind);
      gl.shaderSource(stage, PREAMBLE + constants + shaders[path]);
      gl.compileShader(stage);
      gl.attachShader(this.handle, stage);
      return stage;
    });
    gl.linkProgram(this.handle);
  }

  // Whether the driver is done with compiling, where it can tell.
  get ready() {
    const parallel = this.gl.getExtension("KHR_parallel_shader_compile");
    return !parallel || this.gl.getProgramParameter(this.handle, parallel.COMPLETION_STATUS_KHR);
  }

  // Take the program into use. Throws DeviceError where the driver did not compile it.
  use() {
    const { gl } = this;
    if (!this.uniforms) this.finish();
    gl.useProgram(this.handle);
  }

  finish() {
    const { gl } = this;
    if (!gl.getProgramParameter(this.handle, gl.LINK_STATUS) && !gl.isContextLost()) {
      const words = this.stages.map((stage) => gl.getShaderInfoLog(stage)).join(" ") || gl.getProgramInfoLog(this.handle);
      const line = words.split("\n").find((one) => /error/i.test(one)) ?? words;
      throw new DeviceError(`The graphics driver does not compile ${this.name}: ${line.trim().slice(0, 160)}`);
    }
    this.uniforms = new Map();
    this.samplers = [];
    const count = gl.getProgramParameter(this.handle, gl.ACTIVE_UNIFORMS) ?? 0;
    gl.useProgram(this.handle);
    for (let index = 0; index < count; index++) {
      const { name, type, size } = gl.getActiveUniform(this.handle, index);
      const bare = name.replace(/\[0\]$/, ""), place = gl.getUniformLocation(this.handle, name);
      this.uniforms.set(bare, { place, type, size });
      if ([gl.SAMPLER_2D, gl.INT_SAMPLER_2D, gl.UNSIGNED_INT_SAMPLER_2D, gl.SAMPLER_2D_ARRAY].includes(type)) {
        gl.uniform1i(place, this.samplers.length);
        this.samplers.push(bare);
      }
    }
    this.attributes = Object.fromEntries(
      Array.from({ length: gl.getProgramParameter(this.handle, gl.ACTIVE_ATTRIBUTES) ?? 0 }, (_, index) => {
        const { name } = gl.getActiveAttrib(this.handle, index);
        return [name, gl.getAttribLocation(this.handle, name)];
      }));
  }

  // Set uniforms by name, numbers or arrays of them; those that the shader does not use are left out.
  set(values) {
    const { gl } = this;
    for (const [name, value] of Object.entries(values)) {
      const known = this.uniforms.get(name);
      if (!known) continue;
      const list = typeof value === "number" || typeof value === "boolean" ? [Number(value)] : value;
      const vector = {
        [gl.FLOAT]: "1fv", [gl.FLOAT_VEC2]: "2fv", [gl.FLOAT_VEC3]: "3fv", [gl.FLOAT_VEC4]: "4fv",
        [gl.INT]: "1iv", [gl.INT_VEC2]: "2iv", [gl.INT_VEC3]: "3iv", [gl.BOOL]: "1iv",
        [gl.UNSIGNED_INT]: "1uiv",
      }[known.type];
      gl[`uniform${vector}`](known.place, list);
    }
  }

  // Bind the textures that the shader reads, by the names of its samplers.
  bind(inputs) {
    const { gl } = this;
    this.samplers.forEach((name, unit) => {
      if (!inputs[name]) throw new Error(`${this.name} reads ${name}`);
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(inputs[name].target ?? gl.TEXTURE_2D, inputs[name].handle);
    });
  }
}
