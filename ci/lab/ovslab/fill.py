# SPDX-License-Identifier: Apache-2.0
"""Fills the connection table of one node with one-way UDP flows."""
import time

from ovslab import health, inside, namespaces
from ovslab.addresses import ZONES
from ovslab.console import LabError, note, run, wait_for

PASSES = 6


def fill(lab, arguments):
    lab.require()
    node = lab.existing_node(arguments.node)
    if arguments.count < 1 or arguments.pps <= 0 or arguments.timeout < 1:
        raise LabError("--count, --pps and --timeout must be above 0")
    (prepare_kernel if lab.is_kernel else prepare_netdev)(node, arguments)
    before, start = health.connection_count(lab, node), time.monotonic()
    wanted = arguments.count - arguments.count // 1000
    passes = 0
    # A datapath that falls behind loses frames: send again, slower. Flows that are there already stay one entry each.
    while passes < PASSES:
        send(lab, node, arguments, arguments.pps * 0.7 ** passes)
        passes += 1
        wait_for("the table to stop growing", unchanged(lambda: health.connection_count(lab, node)), 60, 0.2)
        if health.connection_count(lab, node) >= wanted:
            break
    after = health.connection_count(lab, node)
    print(f"conntrack entries {before} -> {after} in {time.monotonic() - start:.2f} s, {passes} pass(es); "
          f"UDP timeout of {node.name} is now {arguments.timeout} s")
    return 0 if after >= arguments.count * 0.99 else 1


def prepare_netdev(node, arguments):
    """One-way UDP entries live 60 s by default, too short for a large table."""
    environment = node.full_environment()
    run(["ovs-appctl", "dpctl/ct-set-maxconns", str(max(3_000_000, arguments.count * 2))], environment)
    for zone in ZONES.values():
        run(["ovs-vsctl", "--if-exists", "del-zone-tp", "netdev", f"zone={zone}"], environment)
        run(["ovs-vsctl", "add-zone-tp", "netdev", f"zone={zone}",
             *(f"udp_{state}={arguments.timeout}" for state in ("first", "single", "multiple"))], environment)


def prepare_kernel(node, arguments):
    limit = int(namespaces.read_sysctl(node.netns, "net.netfilter.nf_conntrack_max"))
    if arguments.count > limit:
        raise LabError(f"--count {arguments.count} is above this machine's net.netfilter.nf_conntrack_max ({limit})")
    namespaces.set_sysctls(node.netns, {"net.netfilter.nf_conntrack_udp_timeout": arguments.timeout})


def send(lab, node, arguments, frames_per_second):
    source, destination = lab.pod(f"client-{node.number}"), lab.pod(f"db-{node.number}")
    family = 6 if arguments.ipv6 else 4
    sent = inside.call(source.netns, "send_frames", timeout=600, source_mac=source.mac,
                       destination_mac=node.gateway_mac if lab.is_kernel else destination.mac, source=source.address[family],
                       destination=destination.address[family], count=arguments.count, frames_per_second=frames_per_second)
    note(f"{sent['frames']} frames sent, {frames_per_second:.0f} a second")


def unchanged(read):
    """True when what is read is what was read the last time."""
    last = [None]

    def condition():
        previous, last[0] = last[0], read()
        return previous == last[0]
    return condition
