"""One command measures a machine: `python -m nca_controller.benchmark`, in about four minutes.

It plays the same battle with every simulation that is installed, in turns. Then it says whether the physics keeps its
promises on JAX's device, how far its fields are from the CPU's, how many ticks a second it does, how fast it trains,
and how much of the device's bandwidth that is. It prints and saves tables.
"""
