# SPDX-License-Identifier: Apache-2.0
"""What both datapaths stand on: the namespaces, the underlay in the hub, and the pods' veths."""
from ovslab import namespaces
from ovslab.addresses import ALL_PODS, EXTERNAL, HUB, POD_MTU
from ovslab.console import run

DUAL_STACK = {"net.ipv6.conf.all.disable_ipv6": 0, "net.ipv6.conf.default.accept_dad": 0, "net.ipv6.conf.all.accept_dad": 0,
              "net.ipv6.conf.default.accept_ra": 0, "net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.default.rp_filter": 0}
FORWARDING = {"net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1}
CONNTRACK = {"net.netfilter.nf_conntrack_acct": 1, "net.netfilter.nf_conntrack_timestamp": 1}


def build(lab):
    for namespace in lab.namespaces:
        build_namespace(namespace)
    for namespace in (lab.hub, *(node.netns for node in lab.nodes)):
        namespaces.set_sysctls(namespace, FORWARDING)
    for node in lab.nodes:
        namespaces.set_sysctls(node.netns, CONNTRACK)
    build_underlay(lab)
    for pod in lab.pods:
        build_pod_link(pod)


def build_pod(pod):
    build_namespace(pod.netns)
    build_pod_link(pod)


def build_namespace(namespace):
    run(["ip", "netns", "add", namespace])
    namespaces.ip(namespace, ["link set lo up"])
    namespaces.set_sysctls(namespace, DUAL_STACK)


def build_underlay(lab):
    """The hub is the switch between the nodes, their default gateway, and has the address of one external host."""
    lines = ["link add ub0 type bridge", f"addr add {HUB[4]}/24 dev ub0", f"addr add {HUB[6]}/64 dev ub0 nodad", "link set ub0 up",
             f"addr add {EXTERNAL[4]}/32 dev lo", f"addr add {EXTERNAL[6]}/128 dev lo nodad"]
    for node in lab.nodes:
        lines += [f"link add u{node.number} type veth peer name uplink netns {node.netns}", f"link set u{node.number} master ub0 up"]
        lines += [f"route add {node.pod_network[family]} via {node.underlay[family]}" for family in (4, 6)]
    namespaces.ip(lab.hub, lines)
    namespaces.disable_offloads(lab.hub, "ub0")
    for node in lab.nodes:
        namespaces.ip(node.netns, ["link set uplink up"])
        namespaces.disable_offloads(lab.hub, f"u{node.number}")
        namespaces.disable_offloads(node.netns, "uplink")


def build_pod_link(pod):
    namespaces.ip(pod.node.netns, [f"link add {pod.interface} type veth peer name eth0 netns {pod.netns}",
                                   f"link set {pod.interface} mtu {POD_MTU} up"])
    namespaces.ip(pod.netns, [f"link set eth0 address {pod.mac} mtu {POD_MTU} up"])
    namespaces.disable_offloads(pod.netns, "eth0")


def masquerade(node, condition, interface):
    """nft rules that hide the node's pods behind its underlay address when they speak to the outside."""
    return "\n  ".join(f'{condition} oifname "{interface}" {ip} saddr {node.pod_network[family]} '
                       f"{ip} daddr != {ALL_PODS[family]} masquerade" for family, ip in ((4, "ip"), (6, "ip6")))
