# SPDX-License-Identifier: Apache-2.0
"""Programs that receive, each started anew for a run, and what it says of it afterwards."""
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

BUFFER = 32 << 20
GROWTH = 1500
# A program that used no more than two ticks of the processor in such a time rests; none is waited for longer than the other.
GLANCE, LONGEST_REST = 0.3, 60


class Failure(Exception):
    """Something could not be built or run."""


class Receiver:
    """A process that is ready when it has said so, and has ended when it is asked for its counts."""

    # How it may end.
    ends = (0,)

    def __init__(self, bench, argv, sign):
        self.bench = bench
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=bench.folder))
        self.log = self.folder / "log"
        with open(self.log, "wb") as log, open(self.folder / "out", "wb") as out:
            self.process = subprocess.Popen([str(word) for word in self.arguments(argv)], stdout=out, stderr=log)
        deadline = time.monotonic() + 20
        while sign not in self.log.read_text(encoding="utf-8", errors="replace"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{argv[0]} did not begin:\n{self.log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
            time.sleep(0.02)

    def arguments(self, argv):
        return argv

    def settle(self):
        """Waits until it has nothing more to do: what was received is to be where it belongs before the end is asked for."""
        deadline, before = time.monotonic() + LONGEST_REST, -1
        while time.monotonic() < deadline:
            fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
            used = int(fields[11]) + int(fields[12])
            if used - before <= 2:
                return
            before = used
            time.sleep(GLANCE)

    def end(self):
        """Seconds of processor time that it took."""
        self.process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode not in self.ends:
            raise Failure(f"a receiver ended with {self.process.returncode}:\n{self.log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
        return usage.ru_utime + usage.ru_stime

    def close(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder)


class Counting(Receiver):
    """Counts messages, or octets of a stream, and says them as JSON."""

    def missing(self, told, templates):
        counts = json.loads((self.folder / "out").read_text(encoding="ascii"))
        if self.is_stream:
            return max(0, told["octets"] - counts["octets"]), 0
        return told["messages"] + templates - counts["messages"], 0


class Alone(Counting):
    """The C program, over UDP in one of its ways, or over TCP."""

    def __init__(self, bench, kind):
        self.is_stream = kind == "tcp"
        super().__init__(bench, [bench.programs["receive"], kind, bench.port, BUFFER], "listening")


class Collector(Counting):
    """Weir's Collecting Process by itself."""

    def __init__(self, bench, scheme):
        self.is_stream = scheme in ("tcp", "tls")
        credentials = bench.server if scheme in ("tls", "dtls") else []
        super().__init__(bench, [bench.programs["collector"], f"{scheme}://127.0.0.1:{bench.port}", *credentials], "listening")


class Aggregator(Receiver):
    """The whole program; its ledger and store are what counts."""

    # 1 where it could not store in time, as it says, what it had received: the rate is too high.
    ends = (0, 1)

    def __init__(self, bench, scheme):
        certificate, key, authorities = bench.server
        super().__init__(bench, [
            bench.programs["aggregator"], "--insecure", "--listen", f"{scheme}://127.0.0.1:{bench.port}", "--tls-certificate", certificate,
            "--tls-key", key, "--tls-ca", authorities], " collecting ")

    def arguments(self, argv):
        return [*argv, "--store", self.folder / "flows.db"]

    def missing(self, told, _):
        """Records that did not come, and those of them of which nothing is told, or whose octets are not stored though they came."""
        if self.process.returncode != 0:
            return told["records"], 0
        with sqlite3.connect(self.folder / "flows.db") as store:
            received, lost = store.execute("SELECT sum(records), sum(lost) FROM exporters").fetchone()
            (octets,) = store.execute("SELECT sum(octetDeltaCount) FROM connections").fetchone()
        received, lost, octets = received or 0, lost or 0, octets or 0
        missing = told["records"] - received
        untold = abs(missing - lost)
        if missing == 0 and octets != told["records"] * GROWTH:
            untold += 1
        return missing, untold


class Nfcapd(Receiver):
    """nfdump's collector, which writes files."""

    def __init__(self, bench):
        super().__init__(bench, ["nfcapd", "-b", "127.0.0.1", "-p", bench.port, "-B", BUFFER], "Startup")

    def arguments(self, argv):
        return [*argv, "-l", self.folder]

    def missing(self, told, _):
        flows = 0
        for path in self.folder.glob("nfcapd.*"):
            text = subprocess.run(["nfdump", "-r", path, "-I"], capture_output=True, text=True, check=False).stdout
            flows += int((re.search(r"^Flows: (\d+)", text, re.MULTILINE) or [0, 0])[1])
        return told["records"] - flows, 0
