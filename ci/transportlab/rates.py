# SPDX-License-Identifier: Apache-2.0
"""The highest rate at which a receiver of datagrams loses nothing, and how fast a stream is read."""
import dataclasses
import json
import socket
import subprocess
import time

from .receivers import GLANCE, Failure

DATAGRAM, STREAM = 1343, 16384
RECORDS_A_DATAGRAM = 21
ROUNDS = 5
SESSIONS = 16
# Messages a second at first, and how near to each other the rates with and without loss are in the end.
LOWEST, CLOSE = 5_000, 1.1
STREAM_RECORDS = 2_000_000
# A sender that takes longer than this, in parts of what it was told, could not send at the rate.
PATIENCE = 1.1
SIZE_OF_TEMPLATES = 2


@dataclasses.dataclass
class Result:
    """Of datagrams a rate without loss, of a stream how fast it was taken."""

    messages: float
    records: float
    octets: float
    cpu: float
    untold: int = 0
    note: str = ""

    @property
    def columns(self):
        return (f"{self.messages:,.0f}", f"{self.records:,.0f}", f"{self.octets / 1e6:,.1f}", f"{self.cpu * 1e9:,.0f}", self.note)


class Bench:
    def __init__(self, folder, programs, options):
        self.folder, self.programs, self.options = folder, programs, options
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        for words in (["init"], ["issue", "--server", "127.0.0.1", "--output", "server"], ["issue", "--node", "sender"]):
            argv = [programs["weir"], "certs", words[0], "--dir", folder / "certificates", *words[1:]]
            result = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False)
            if result.returncode != 0:
                raise Failure(f"weir certs: {result.stderr}")
        place = folder / "certificates"
        self.server = [place / "server.crt", place / "server.key", place / "ca.crt"]
        self.client = [f"certificate={place}/sender.crt", f"key={place}/sender.key", f"ca={place}/ca.crt"]

    def run(self, scheme, receiver, records, rate):
        """One run: what the sender told, what is missing, what of it nobody told of, and the receiver's processor time."""
        connections = max(1, round(records / ROUNDS / SESSIONS))
        receiver = receiver()
        try:
            argv = [self.programs["send"], scheme, "127.0.0.1", self.port, f"sessions={SESSIONS}", f"connections={connections}", f"rounds={ROUNDS}",
                    f"rate={round(rate)}", f"message={DATAGRAM if scheme in ('udp', 'dtls') else STREAM}", *self.client]
            sender = subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=False)
            if sender.returncode != 0:
                raise Failure(f"the sender ended with {sender.returncode}: {sender.stderr[-1500:]}")
            told = json.loads(sender.stdout)
            began = time.monotonic()
            receiver.settle()
            told["rest"] = max(0, time.monotonic() - began - GLANCE)
            cpu = receiver.end()
            return (told, *receiver.missing(told, SESSIONS * SIZE_OF_TEMPLATES), cpu)
        finally:
            receiver.close()

    def loss_free(self, scheme, receiver, seconds):
        """By doubling until something is lost or the sender can no more, then by bisection; each rate as many times as is asked for."""
        good, bad, best, untold, note = 0, None, None, 0, ""
        rate = LOWEST
        while bad is None or bad > good * CLOSE:
            runs = []
            while len(runs) < self.options.runs and not any(each[1] for each in runs):
                runs.append(self.run(scheme, receiver, rate * RECORDS_A_DATAGRAM * seconds, rate * RECORDS_A_DATAGRAM))
            untold += sum(each[2] for each in runs)
            # Who needs long afterwards could not go on at the rate.
            if any(each[1] or each[0]["rest"] > seconds / 2 for each in runs):
                bad = rate
            else:
                good, best = rate, runs
                if max(each[0]["seconds"] for each in runs) > PATIENCE * seconds:
                    note = "the sender can send no more"
                    break
            rate = (good + bad) // 2 if bad else rate * 2
            if rate < LOWEST:
                return Result(0, 0, 0, 0, untold, f"loses at {bad:,} messages/s")
        told = sorted((each[0] for each in best), key=lambda each: each["seconds"])[-1]
        cpu = sorted(each[3] for each in best)[len(best) // 2] / told["records"]
        return Result(*(told[key] / told["seconds"] for key in ("messages", "records", "octets")), cpu, untold, note)

    def saturated(self, scheme, receiver):
        """As fast as it is read, until all of it is where it belongs; the median of the runs."""
        runs = [self.run(scheme, receiver, STREAM_RECORDS, 0) for _ in range(self.options.runs)]
        if any(each[1] for each in runs):
            return Result(0, 0, 0, 0, sum(each[1] for each in runs), "lost over a stream")
        told, _, untold, cpu = sorted(runs, key=lambda each: each[0]["seconds"] + each[0]["rest"])[len(runs) // 2]
        seconds = told["seconds"] + told["rest"]
        return Result(told["messages"] / seconds, told["records"] / seconds, told["octets"] / seconds, cpu / told["records"], untold,
                      f"taken in {told['seconds']:.2f} s, ended {told['rest']:.2f} s later")
