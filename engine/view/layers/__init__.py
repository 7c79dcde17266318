"""What is drawn, from the ground up; each layer draws itself with OpenGL."""
