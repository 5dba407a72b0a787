# SPDX-License-Identifier: Apache-2.0
"""Whether the lab is as it was built, and what its datapaths count."""
from ovslab import kernel, namespaces, openvswitch, processes
from ovslab.console import LabError, attempt


def problems(lab):
    """Reasons why the lab, which must be up, is not healthy; empty when it is."""
    found = [] if lab.state.built else ["building did not finish"]
    found += [f"no namespace {namespace}" for namespace in lab.namespaces if not namespaces.exists(namespace)]
    found += [f"{process['what']} (pid {process['pid']}) is gone" for process in lab.state.processes if not processes.is_running(process)]
    if found:
        return found
    for node in lab.nodes:
        errors = openvswitch.interface_errors(node)
        if errors:
            found.append(f"{node.name}: interface errors: {errors}")
        if attempt(namespaces.within(node.netns, ["nft", "list", "table", "inet", "lab"])).returncode:
            found.append(f"{node.name}: its nft rules are gone")
    return found


def require_healthy(lab):
    lab.require()
    found = problems(lab)
    if found:
        raise LabError("the lab is not healthy: " + "; ".join(found) + f"; build it anew: ovs-lab --name {lab.name} up")


def connection_count(lab, node):
    return (kernel if lab.is_kernel else openvswitch).connection_count(node)


def connection_limit(lab, node):
    return (kernel if lab.is_kernel else openvswitch).connection_limit(node)
