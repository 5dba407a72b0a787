# SPDX-License-Identifier: Apache-2.0
"""How a fault's run ends, and is judged."""
import time

from . import programs
from .verdict import Verdict


def finish(bench, aggregator, *parts, path=None):
    """Waits until the load is over and everything that may come has come.

    Each part is a load with its exporter. A path is what they pass that may be behind.
    """
    for load, exporter in parts:
        status = exporter.wait(load.seconds + 40)
        if status != 0:
            raise programs.Failure(f"the exporter ended with {status}:\n{exporter.log()[-2500:]}")
    if path:
        path.settle()
    time.sleep(1)
    status = aggregator.stop()
    if status != 0:
        raise programs.Failure(f"the aggregator ended with {status}:\n{aggregator.log()[-1500:]}")
    return Verdict(bench, parts)
