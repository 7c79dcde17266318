"""The renderer on plain pygame surfaces, where OpenGL 3.3 is missing."""
