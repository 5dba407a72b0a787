# SPDX-License-Identifier: Apache-2.0
"""Building the lab and removing it. Both may be run at any time, also after one that was interrupted."""
import os
import shutil
import time

from ovslab import health, kernel, openvswitch, processes, servers, topology
from ovslab.console import LabError, attempt, note, run
from ovslab.lab import State

PACKAGES = "apt-get update && apt-get install -y --no-install-recommends openvswitch-switch iproute2 nftables"
MORE_PACKAGES = "apt-get install -y --no-install-recommends iperf3 curl conntrack tcpdump"
PROGRAMS = ("ovs-vswitchd", "ovsdb-server", "ovsdb-tool", "ovs-vsctl", "ovs-ofctl", "ovs-appctl", "ip", "nsenter", "nft")
OPTIONS = ("nodes", "extra_pods", "datapath", "tunnel", "accounting")
NETDEV_OPTIONS = ("tunnel", "accounting")


def up(lab, arguments):
    start = time.monotonic()
    wanted = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name) is not None}
    was_up = lab.load()
    datapath = wanted.get("datapath", lab.state.datapath)
    require_sense(wanted, datapath)
    if was_up:
        if is_as_wanted(lab, wanted):
            note(f"lab '{lab.name}' is already up")
            return 0
        # A rebuild keeps what is not asked to be different.
        kept = [name for name in OPTIONS if name not in NETDEV_OPTIONS or datapath == "netdev"]
        wanted = {**{name: getattr(lab.state, name) for name in kept}, **wanted}
    require_programs(datapath)
    down(lab, arguments, quiet=True)
    lab.state = State(**wanted)
    remove_namespaces(lab)
    os.makedirs(lab.directory, exist_ok=True)
    lab.save()
    try:
        build(lab, arguments.servers)
    except BaseException:
        note(f"up failed; logs are in {lab.directory}/node*/log until the next up or down")
        raise
    lab.state.built = True
    lab.save()
    problems = health.problems(lab)
    if problems:
        raise LabError("the lab is up but not healthy: " + "; ".join(problems), status=1)
    note(f"up in {time.monotonic() - start:.1f} s: datapath {lab.state.datapath}, {lab.state.nodes} nodes, {len(lab.pods)} pods, "
         f"files in {lab.directory}")
    return 0


def is_as_wanted(lab, wanted):
    problems = health.problems(lab)
    different = [name.replace("_", "-") for name, value in wanted.items() if value != getattr(lab.state, name)]
    if problems:
        note(f"lab '{lab.name}' is half up ({'; '.join(problems)}); rebuilding")
    elif different:
        note(f"lab '{lab.name}' was built with another {', '.join(different)}; rebuilding")
    return not problems and not different


def require_sense(wanted, datapath):
    for name in NETDEV_OPTIONS:
        if name in wanted and datapath == "kernel":
            raise LabError(f"--{name} is for --datapath netdev")


def require_programs(datapath):
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        raise LabError(f"missing: {', '.join(missing)}\n  install with:\n    {PACKAGES}\n"
                       f"  optional (more kinds of traffic):\n    {MORE_PACKAGES}")
    if datapath == "netdev" and not os.path.exists("/dev/net/tun"):
        raise LabError("/dev/net/tun is missing: the userspace datapath needs tap devices (mkdir -p /dev/net; mknod /dev/net/tun c 10 200)")


def build(lab, with_servers):
    topology.build(lab)
    for node in lab.nodes:
        openvswitch.start_database(lab, node)
        if not lab.is_kernel:
            openvswitch.start_switch(lab, node)
    for node in lab.nodes:
        if lab.is_kernel:
            kernel.configure(lab, node)
        else:
            openvswitch.configure_netdev(lab, node)
    if with_servers:
        servers.start(lab)


def down(lab, _arguments, quiet=False):
    """Ends what `up` started, by pid, and removes the namespaces and files."""
    was_up = lab.load()
    for process in [*reversed(lab.state.processes), *openvswitch.forgotten_daemons(lab)]:
        processes.end(process)
    removed = remove_namespaces(lab)
    shutil.rmtree(lab.directory, ignore_errors=True)
    if not quiet:
        note(f"lab '{lab.name}' is down" if was_up else f"nothing was up{'; removed stray namespaces' if removed else ''}")
    return 0


def remove_namespaces(lab):
    """All of the lab's name, so that those of an interrupted build with more nodes go too."""
    places = ("hub", "node", "client-", "web-", "db-", "extra")
    found = [namespace for namespace in (sorted(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else [])
             if namespace.startswith(tuple(f"{lab.name}-{place}" for place in places))]
    for namespace in found:
        others = attempt(["ip", "netns", "pids", namespace]).stdout.split()
        if others:
            note(f"still running in {namespace}, not started by this lab, left alone: {' '.join(others)}")
        run(["ip", "netns", "del", namespace])
    return found
