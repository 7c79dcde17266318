"""The renderer with OpenGL 3.3: a file for each layer, which the view draws from the ground up."""
