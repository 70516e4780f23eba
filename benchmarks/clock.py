"""How a task is timed."""

import statistics
import time

RUNS = 5


def median_seconds(task, runs=RUNS):
    """Median wall time after one warm-up."""
    task()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
