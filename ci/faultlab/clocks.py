# SPDX-License-Identifier: Apache-2.0
"""Clocks that are set by an hour, forwards and back, while records are on their way."""
import pathlib
import struct
import subprocess
import time

from .load import Load
from .running import finish


class SteppedClock:
    """The clock of whatever program is started in its environment."""

    def __init__(self, folder):
        self.preloaded, self.offset = folder / "stepped_clock.so", folder / "offset"
        source = pathlib.Path(__file__).with_name("stepped_clock.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O", "-o", self.preloaded, source], check=True)
        self.offset.write_bytes(struct.pack("=q", 0))

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.preloaded), "FAULT_CLOCK_OFFSET": str(self.offset)}

    def set(self, seconds):
        with open(self.offset, "r+b") as file:
            file.write(struct.pack("=q", seconds))


def stepped(bench, whose, scheme):
    """One side's clock alone: each side then believes the other to be an hour off."""
    load = Load("node1", 7, 12, 40)
    recording = load.write(bench.folder / "recording")
    clock = SteppedClock(bench.folder)
    aggregator = bench.aggregator([f"{scheme}://127.0.0.1:{bench.port}"], environment=clock.environment if whose == "collector" else None)
    spool = [] if scheme == "udp" else ["--spool", bench.folder / "spool"]
    exporter = bench.exporter(recording, [f"{scheme}://127.0.0.1:{bench.port}"], *spool,
                              environment=clock.environment if whose == "exporter" else None)
    exporter.await_line("connected to the collector")
    for step in (3600, 0, -3600, 0):
        time.sleep(2)
        clock.set(step)
    return finish(bench, aggregator, (load, exporter))
