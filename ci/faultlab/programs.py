# SPDX-License-Identifier: Apache-2.0
"""The programs under test, as processes that this test alone ends."""
import contextlib
import os
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Failure(Exception):
    """The run could not be made."""


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program with its log."""

    def __init__(self, name, argv, folder, inside=None, environment=None):
        # A log of its own: what one program counted must not be taken for another's.
        taken = len(list(folder.glob(f"{name}*.log")))
        self.name, self.path = name, folder / f"{name}{f'-{taken + 1}' if taken else ''}.log"
        argv = [str(word) for word in argv]
        if inside:
            argv = ["ip", "netns", "exec", inside, *argv]
        with open(self.path, "wb") as log:
            self.process = subprocess.Popen(argv, stderr=log, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})})

    def log(self):
        return self.path.read_bytes().decode("utf-8", "replace")

    def await_line(self, sign, seconds=30, behind=0):
        """Until the log has the sign behind so many characters."""
        deadline = time.monotonic() + seconds
        while sign not in self.log()[behind:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{self.name} did not say '{sign}':\n{self.log()[-2000:]}")
            time.sleep(0.02)

    def value(self, key):
        """The last number that the log has for a key."""
        found = re.findall(rf'"?{re.escape(key)}"?=(\d+)', self.log())
        return int(found[-1]) if found else 0

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self, seconds=8):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds):
        try:
            return self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def resident(self):
        """Octets of memory in use."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Bench:
    """A folder with a store, and the programs that work on it."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries = folder, binaries
        self.store = folder / "flows.db"
        folder.mkdir(parents=True, exist_ok=True)
        self.processes = []
        self.port = free_port()

    def start(self, name, argv, inside=None, environment=None):
        process = Process(name, argv, self.folder, inside, environment)
        self.processes.append(process)
        return process

    def aggregator(self, listen=None, inside=None, environment=None, options=()):
        listen = listen or [f"tcp://127.0.0.1:{self.port}"]
        argv = [self.binaries / "weir-aggregator", "--store", self.store, "--insecure", *options]
        process = self.start("aggregator", argv + [word for each in listen for word in ("--listen", each)], inside, environment)
        process.await_line(" collecting ")
        return process

    def exporter(self, recording, collectors, *options, speed="1", inside=None, node="node1", environment=None):
        argv = [self.binaries / "weir-exporter", "--source", f"replay:{recording}", "--replay-speed", speed, "--insecure", "--node-name",
                node, "--all-connections", "--active-timeout", "1s", "--pod-network", "10.10.0.0/16", *options]
        return self.start("exporter", argv + [word for each in collectors for word in ("--collector", each)], inside, environment)

    def close(self):
        for process in self.processes:
            process.kill()

    def rows(self, statement):
        with contextlib.closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as store:
            return store.execute(statement).fetchall()

    def number(self, statement):
        return self.rows(statement)[0][0] or 0
