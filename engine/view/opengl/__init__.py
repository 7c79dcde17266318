"""The view that draws with OpenGL 3.3, one layer a file, from the ground up."""
