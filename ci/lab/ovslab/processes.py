# SPDX-License-Identifier: Apache-2.0
"""Processes the lab starts, remembered by pid and start time (a pid alone may have been reused) and ended by both."""
import os
import signal
import subprocess
import time

from ovslab.console import note

SECONDS_TO_END = 3.0


def start_time(pid):
    """Clock ticks after boot at which the process started; None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return None if fields[0] == "Z" else int(fields[19])
    except (OSError, IndexError, ValueError):
        return None


def identity(pid, what):
    return {"pid": pid, "start": start_time(pid), "what": what}


def is_running(process):
    return process["start"] is not None and start_time(process["pid"]) == process["start"]


def spawn(argv, what, log):
    """Starts a process that outlives this command."""
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    return identity(child.pid, what)


def from_pid_file(path, what):
    with open(path, encoding="ascii") as file:
        return identity(int(file.read()), what)


def end(process):
    """SIGTERM, and SIGKILL when that was ignored; does nothing when the process is gone."""
    if not is_running(process):
        return
    os.kill(process["pid"], signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_END
    while is_running(process):
        if time.monotonic() > deadline:
            note(f"{process['what']} (pid {process['pid']}) ignored SIGTERM, sending SIGKILL")
            os.kill(process["pid"], signal.SIGKILL)
            return
        time.sleep(0.02)
