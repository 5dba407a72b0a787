# SPDX-License-Identifier: Apache-2.0
"""Deletes a pod and gives its addresses to another, as a node does it: the port goes, the interface goes, and a moment later both are
somebody else's."""
import re
import time

from ovslab import kernel, namespaces, openvswitch, topology
from ovslab.console import LabError, attempt, note, run

ROLES_WITH_SERVERS = ("web", "db")
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def replace(lab, arguments):
    """What runs in the old pod is cut off and left to its owner; the connections of the old pod stay in the table, as they do on a node."""
    lab.require()
    old = lab.pod(arguments.pod)
    require_sense(lab, old, arguments.successor)
    start = time.monotonic()
    remove(old)
    first = old.successors and f"{old.role}-{old.node.number}" or old.name
    lab.state.successors.setdefault(first, []).append(arguments.successor)
    lab.save()
    new = lab.pod(arguments.successor)
    topology.build_pod(new)
    # Of a change that is not told the database says who was there before.
    identity = old if arguments.untold else new
    if lab.is_kernel:
        kernel.replace(lab, old, new, identity)
    else:
        openvswitch.replace(lab, new, identity)
    note(f"{new.name} has the addresses of {old.name}, {time.monotonic() - start:.1f} s after it had to go")
    return 0


def require_sense(lab, old, successor):
    if old.role in ROLES_WITH_SERVERS:
        raise LabError(f"{old.name} cannot be replaced: the lab's servers run in it; take a client or an extra pod")
    if not NAME.fullmatch(successor):
        raise LabError(f"not a pod's name: {successor}")
    if any(successor in (pod.name, *pod.successors) for pod in lab.pods):
        raise LabError(f"there is, or was, a pod of that name: {successor}")


def remove(pod):
    node = pod.node
    # The port first, as the CNI does.
    run(["ovs-vsctl", "--no-wait", "--timeout=15", "del-port", "br-int", pod.interface], node.full_environment())
    namespaces.ip(node.netns, [f"link del {pod.interface}"])
    others = attempt(["ip", "netns", "pids", pod.netns]).stdout.split()
    if others:
        note(f"still running in {pod.netns}, cut off, left alone: {' '.join(others)}")
    run(["ip", "netns", "del", pod.netns])
