# SPDX-License-Identifier: Apache-2.0
"""Messages to people, commands that must succeed, and waiting."""
import subprocess
import sys
import time

COULD_NOT_RUN = 2


class LabError(Exception):
    """Why a command stops, in words for people. The command line prints it and exits with `status`."""

    def __init__(self, message, status=COULD_NOT_RUN):
        super().__init__(message)
        self.status = status


def note(message):
    print(f"ovs-lab: {message}", file=sys.stderr, flush=True)


def attempt(argv, environment=None, text=None, timeout=60):
    """Runs a command and returns what became of it: returncode, stdout, stderr; 124 when it ran into the time limit."""
    try:
        return subprocess.run(argv, env=environment, input=text, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(argv, 124, "", f"still running after {timeout} s, ended")


def run(argv, environment=None, text=None, timeout=60):
    """Runs a command that has to succeed and returns what it printed."""
    result = attempt(argv, environment, text, timeout)
    if result.returncode:
        raise LabError(f"command failed ({result.returncode}): {' '.join(argv)}\n{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout


def wait_for(what, condition, seconds=15.0, interval=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(interval)
    raise LabError(f"timed out after {seconds:g} s waiting for {what}")
