# SPDX-License-Identifier: Apache-2.0
"""The whole path on the lab, for the scripts that judge it: the lab's nodes, an exporter on each, one aggregator, and questions to its store."""
import json
import pathlib
import signal
import subprocess
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
LAB = REPOSITORY / "ci/lab/ovs-lab"
PORT = 14739
HUB = "172.31.250.254"
STOP_SECONDS = 5


class Failure(Exception):
    """The run could not be made."""


class LabRun:
    """Lab, exporters and aggregator of one run; `arguments` has name, datapath and accounting. Logs and the store are in `folder`."""

    def __init__(self, arguments, binaries, folder):
        self.arguments, self.binaries, self.folder = arguments, binaries, folder
        self.store = folder / "flows.db"
        self.processes = {}
        # The switch in userspace counts nothing by itself.
        self.counts = arguments.datapath == "kernel" or arguments.accounting

    def lab(self, *command):
        result = subprocess.run([LAB, "--name", self.arguments.name, *command], capture_output=True, text=True, timeout=120, check=False)
        if result.returncode != 0:
            raise Failure(f"ovs-lab {command[0]} failed:\n{result.stdout}{result.stderr}")
        return result.stdout

    def inside(self, place, argv):
        return [str(LAB), "--name", self.arguments.name, "exec", place, "--", *argv]

    def start_aggregator(self):
        # On kernel nodes the exporters run where the connections are tracked: in the nodes' namespaces, which reach only the hub.
        host = HUB if self.arguments.datapath == "kernel" else "127.0.0.1"
        self.endpoint = f"{host}:{PORT}"
        argv = [self.binaries / "weir-aggregator", "--store", self.store, *self.cluster_options(),
                "--listen", f"tcp://{self.endpoint}", "--listen", f"udp://{self.endpoint}", "--insecure"]
        self.start("aggregator", "hub" if self.arguments.datapath == "kernel" else None, argv, "collecting")

    def cluster_options(self):
        """Where the aggregator reads the cluster's objects."""
        return ["--objects", self.folder / "objects.json"]

    def exporter_options(self):
        return []

    def start_exporter(self, node):
        environment = dict(line.removeprefix("export ").split("=", 1) for line in self.lab("env", str(node)).splitlines())
        argv = [self.binaries / "weir-exporter", "--node-name", f"node{node}", "--ovs-run-directory", environment["OVS_RUNDIR"].strip('"\''),
                "--rules", self.folder / "rules.yaml", "--collector", f"{self.transport(node)}://{self.endpoint}", "--insecure",
                "--source", "conntrack" if self.arguments.datapath == "kernel" else "ovs"]
        argv += self.exporter_options()
        if self.arguments.accounting:
            argv += ["--accounting-table", "86"]
        self.start(f"exporter{node}", f"node{node}" if self.arguments.datapath == "kernel" else None, argv, "watching pods")
        if self.arguments.datapath == "netdev":
            self.wait_for_line(f"exporter{node}", "watching denied packets")

    def transport(self, node):
        return "tcp" if node == 1 else "udp"

    def start(self, name, place, argv, sign):
        argv = [str(word) for word in argv]
        with open(self.folder / f"{name}.log", "w", encoding="utf-8") as log:
            self.processes[name] = subprocess.Popen(self.inside(place, argv) if place else argv, stderr=log, stdin=subprocess.DEVNULL)
        self.wait_for_line(name, sign)

    def wait_for_line(self, name, sign):
        deadline = time.monotonic() + 20
        while sign not in (self.folder / f"{name}.log").read_text(encoding="utf-8"):
            if self.processes[name].poll() is not None or time.monotonic() > deadline:
                raise Failure(f"{name} did not say '{sign}':\n{(self.folder / f'{name}.log').read_text(encoding='utf-8')}")
            time.sleep(0.05)

    def stop_all(self):
        checks = []
        for name in sorted(self.processes, reverse=True):
            process = self.processes[name]
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            try:
                status = process.wait(timeout=STOP_SECONDS + 1)
            except subprocess.TimeoutExpired:
                status = None
            seconds = time.monotonic() - began
            checks.append((status == 0 and seconds <= STOP_SECONDS, f"{name} stops in good order: exit {status} after {seconds:.1f} s"))
            if name.startswith("exporter") and not any(n.startswith("exporter") and p.poll() is None for n, p in self.processes.items()):
                time.sleep(0.5)     # the last datagrams are on their way
        return checks

    def sql(self, statement):
        argv = [self.binaries / "weir", "sql", "--store", self.store, "-o", "json", statement]
        result = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=60, check=False)
        if result.returncode != 0:
            raise Failure(f"weir sql failed ({result.returncode}): {result.stderr}\n  {statement}")
        return json.loads(result.stdout)["rows"]
