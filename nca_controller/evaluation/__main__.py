"""Write the bounds of the benchmarks that are missing: python -m nca_controller.evaluation."""

from nca_controller.evaluation.bound import write_bounds

if __name__ == "__main__":
    write_bounds()
