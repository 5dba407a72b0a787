# SPDX-License-Identifier: Apache-2.0
"""Bounded background traffic: HTTP, Service, UDP and denied flows from every client pod."""
import subprocess
import time

from ovslab import inside
from ovslab.addresses import DENIED_INGRESS_PORT, ECHO_PORT, HTTP_PORT, SERVICE, SERVICE_PORT
from ovslab.console import LabError
from ovslab.probe import probe


def load(lab, arguments):
    lab.require()
    if arguments.rate <= 0 or arguments.seconds <= 0:
        raise LabError("--rate and --seconds must be above 0")
    children = []
    for node in lab.nodes:
        far = lab.pod(f"web-{node.number % lab.state.nodes + 1}").address
        near = lab.pod(f"db-{node.number}").address
        argv = inside.command(lab.namespace_of(f"client-{node.number}"), "load_from", seconds=arguments.seconds, rate=arguments.rate,
                              targets=[["http", far[4], HTTP_PORT], ["http", SERVICE[4], SERVICE_PORT], ["http", far[6], HTTP_PORT],
                                       ["http", SERVICE[6], SERVICE_PORT], ["udp", near[4], ECHO_PORT],
                                       ["tcp", near[4], DENIED_INGRESS_PORT]])
        children.append((node, subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)))
    failed = 0
    for node, child in children:
        output, _ = child.communicate(timeout=arguments.seconds + 60)
        print(f"client-{node.number}: {output.strip()}")
        failed += child.returncode != 0
    return 1 if failed else 0


def load_from(seconds, rate, targets):
    """One client pod's share, `rate` flows a second, the targets in turn."""
    start = time.monotonic()
    tried = completed = 0
    while time.monotonic() < start + seconds:
        kind, address, port = targets[tried % len(targets)]
        options = {"tcp": {"timeout": 0.05}, "http": {"size": 5000, "count": 2}, "udp": {"size": 200, "count": 2}}[kind]
        completed += probe(kind, address, port, **options)["ok"]
        tried += 1
        time.sleep(max(0.0, start + tried / rate - time.monotonic()))
    return {"tried": tried, "completed": completed, "seconds": round(time.monotonic() - start, 1)}
