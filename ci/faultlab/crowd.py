# SPDX-License-Identifier: Apache-2.0
"""Many exporters at once, on one aggregator whose memory is watched."""
import pathlib
import sys
import time

from . import programs, sender


class Crowd:
    """What is wrong with the store after all of them have ended, and how much memory that took."""

    def __init__(self, bench, exporters, connections, rounds, resident):
        self.sent = exporters * connections * rounds
        self.received = bench.number("SELECT sum(records) FROM exporters")
        self.again, self.lost = 0, bench.number("SELECT sum(lost) FROM exporters")
        self.metered = exporters * connections * rounds * sender.OCTETS_A_ROUND
        self.stored = bench.number("SELECT sum(octetDeltaCount) FROM connections")
        self.problems = []
        if self.stored != self.metered or self.received != self.sent or self.lost:
            self.problems.append("what is stored is not what was sent")
        count = bench.number("SELECT count(*) FROM connections")
        if count != exporters * connections:
            self.problems.append(f"{count} connections instead of {exporters * connections}")
        middle, end = resident[len(resident) // 2], max(resident[len(resident) // 2:])
        if end > middle * 1.1 + (8 << 20):
            self.problems.append(f"memory grew from {middle >> 20} MiB to {end >> 20} MiB in the second half")

    @property
    def holds(self):
        return not self.problems


def run(bench, exporters, connections, seconds):
    aggregator = bench.aggregator()
    rounds = seconds * sender.ROUNDS_A_SECOND
    program = pathlib.Path(sender.__file__)
    senders = [bench.start(f"sender{first}", [sys.executable, program, bench.port, first, 2, exporters, connections, rounds])
               for first in (0, 1)]
    resident = []
    while any(each.process.poll() is None for each in senders):
        time.sleep(0.5)
        resident.append(aggregator.resident())
    for each in senders:
        if each.process.returncode != 0:
            raise programs.Failure(f"{each.name} ended with {each.process.returncode}:\n{each.log()[-1500:]}")
    time.sleep(1)
    if aggregator.stop(60) != 0:
        raise programs.Failure(f"the aggregator did not end in good order:\n{aggregator.log()[-1500:]}")
    return Crowd(bench, exporters, connections, rounds, resident)
