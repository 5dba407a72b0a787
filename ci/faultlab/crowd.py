# SPDX-License-Identifier: Apache-2.0
"""Many exporters at once, on one aggregator whose memory is watched."""
import json
import statistics
import subprocess
import threading
import time

from . import programs
from .certificates import Authority, Credentials

SENDER = programs.REPOSITORY / "Tests/Benchmarks/Reference/send.c"
OCTETS_A_RECORD = 1500
# Reports of each connection: it is told of every half second.
REPORTS_A_SECOND = 2
# Two crowds at once would measure each other.
ALONE = threading.Lock()


class Crowd:
    """What is wrong with the store after all of them have ended, and how much memory that took."""

    def __init__(self, bench, exporters, connections, told, resident):
        self.sent = sum(each["records"] for each in told)
        self.received = bench.number("SELECT sum(records) FROM exporters")
        self.again, self.lost = 0, bench.number("SELECT sum(lost) FROM exporters")
        self.dropped = max(0, self.received + self.lost - self.sent)
        self.metered = self.sent * OCTETS_A_RECORD
        self.stored = bench.number("SELECT sum(octetDeltaCount) FROM connections")
        self.problems = []
        if self.stored != self.metered or self.received != self.sent or self.lost:
            self.problems.append("what is stored is not what was sent")
        count = bench.number("SELECT count(*) FROM connections")
        if count != exporters * connections:
            self.problems.append(f"{count} connections instead of {exporters * connections}")
        # Once a minute, with the end of a window, every connection is stored, and waits for it in memory: what has been needed before may be
        # needed again, what grows is beyond it.
        half, quarter = len(resident) // 2, max(1, len(resident) // 4)
        most, last = max(resident[:half + 1]) / 2**20, statistics.median(resident[-quarter:]) / 2**20
        if last > most * 1.1 + 8:
            self.problems.append(f"memory grew: {last:.0f} MiB in the last quarter, in the first half {most:.0f} MiB at most")
        seconds = max(each["seconds"] for each in told)
        self.note = f"{exporters} exporters, {self.sent / seconds:,.0f} records/s for {seconds:.0f} s"
        self.note += f"; memory at most {most:.0f} MiB in the first half, {last:.0f} MiB in the last quarter, at most {max(resident) / 2**20:.0f} MiB"

    @property
    def holds(self):
        return not self.problems


def run(bench, scheme, exporters, seconds, records_a_second):
    with ALONE:
        return attempt(bench, scheme, exporters, seconds, records_a_second)


def attempt(bench, scheme, exporters, seconds, records_a_second):
    sender = bench.folder / "send"
    subprocess.run(["cc", "-O2", "-o", sender, SENDER, "-lssl", "-lcrypto"], check=True)
    authority = Authority(bench, "first")
    own, theirs = (Credentials(bench, name, authority) for name in ("aggregator", "node1"))
    aggregator = bench.aggregator([f"{scheme}://127.0.0.1:{bench.port}"], options=own.options)
    connections = records_a_second // REPORTS_A_SECOND
    certificates = [f"certificate={theirs.folder}/own.crt", f"key={theirs.folder}/own.key", f"ca={theirs.folder}/ca.crt"]
    # Two processes, so that a session that is not read from holds back no more than half of the others.
    halves = [(0, exporters // 2), (exporters // 2, exporters - exporters // 2)]
    argv = [[sender, scheme, "127.0.0.1", bench.port, f"first={first}", f"sessions={count}", f"connections={connections}",
             f"rounds={seconds * REPORTS_A_SECOND}", f"rate={count * records_a_second}", "message=16384", *certificates]
            for first, count in halves]
    senders = [subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for words in argv]
    resident = []
    while any(each.poll() is None for each in senders):
        time.sleep(0.5)
        resident.append(aggregator.resident())
    (bench.folder / "resident").write_text("\n".join(map(str, resident)), encoding="ascii")
    answers = [each.communicate() for each in senders]
    for each, (_, errors) in zip(senders, answers):
        if each.returncode != 0:
            raise programs.Failure(f"a sender ended with {each.returncode}: {errors[-1500:]}")
    time.sleep(1)
    if aggregator.stop(60) != 0:
        raise programs.Failure(f"the aggregator did not end in good order:\n{aggregator.log()[-1500:]}")
    return Crowd(bench, exporters, connections, [json.loads(output) for output, _ in answers], resident)
