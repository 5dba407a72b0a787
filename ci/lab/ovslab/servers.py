# SPDX-License-Identifier: Apache-2.0
"""Starts the servers: one process a server pod and one for the external host, and iperf3 where it is installed."""
import functools
import os
import shutil

from ovslab import inside, processes
from ovslab.addresses import HTTP_PORT, IPERF_PORT
from ovslab.console import wait_for
from ovslab.namespaces import within


def start(lab):
    places = [pod.name for pod in lab.pods if pod.role in ("web", "db")] + ["hub"]
    with open(os.path.join(lab.directory, "servers.log"), "a", encoding="utf-8") as log:
        for place in places:
            namespace = lab.namespace_of(place)
            lab.state.processes.append(processes.spawn(inside.command(namespace, "serve", place=place), f"server {place}", log))
            if shutil.which("iperf3") and place != "hub":
                argv = within(namespace, ["iperf3", "-s", "-p", str(IPERF_PORT)])
                lab.state.processes.append(processes.spawn(argv, f"iperf3 {place}", log))
            lab.save()
    for place in places:
        wait_for(f"the server in {place}", functools.partial(answers, lab.namespace_of(place)))


def answers(namespace):
    return inside.call(namespace, "probe", kind="tcp", address="127.0.0.1", port=HTTP_PORT)["ok"]
