"""Write the bounds of the benchmark anew: python -m nca_controller.evaluation."""

from nca_controller.evaluation.bound import write_bounds

if __name__ == "__main__":
    write_bounds()
