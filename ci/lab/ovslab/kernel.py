# SPDX-License-Identifier: Apache-2.0
"""A kernel node: its own Linux kernel routes the pods and its conntrack carries what OVS's system datapath would leave.

    pod --- INTERFACE  |                           |  uplink --- other nodes, mark 1
    pod --- INTERFACE  |  switch side              |
                       |  zones 65520 and 65510    |
              gw0-ovs  |  table 100, nft mark 1    |
                 |
            antrea-gw0 |  host side, zone 0        |  uplink --- outside, masqueraded

One namespace, two sides. Packets of the switch side carry the packet mark 1, which selects routing table 100 and the
zone. They pass to the host side, and back, through the veth pair gw0-ovs / antrea-gw0; crossing it makes the kernel
forget the connection of a packet, so a connection to the outside has an entry on either side, as it has with OVS.
"""
from ovslab import namespaces
from ovslab.addresses import (
    ALL_PODS,
    FROM_GATEWAY,
    FROM_POD,
    FROM_TUNNEL,
    GATEWAY_OFPORT,
    HTTP_PORT,
    HUB,
    POD_MTU,
    SERVICE,
    SERVICE_MARK,
    SERVICE_PORT,
    TUNNEL_OFPORT,
    ZONES,
)
from ovslab.console import run
from ovslab.openvswitch import bridge_commands, pod_identity
from ovslab.policies import ALLOW_CLIENT_OUT, ALLOW_DB_IN, ALLOW_WEB_IN, DENY_IN, DENY_OUT
from ovslab.topology import masquerade

SWITCH_TABLE = 100
IP = {4: "ip", 6: "ip6"}
NFPROTO = {4: "ipv4", 6: "ipv6"}
EGRESS_LABEL_OFFSET = 32


def configure(lab, node):
    address(lab, node)
    for pod in lab.pods_on(node):
        attach(pod)
    namespaces.nft(node.netns, ruleset(lab, node))
    namespaces.nft(node.netns, denied_after_tracking(lab, node))
    fill_database(lab, node)


def address(lab, node):
    """Addresses, the gateway link, and the routes of both sides."""
    netns = node.netns
    namespaces.ip(netns, [
        f"link set uplink address {node.underlay_mac}",
        f"addr replace {node.underlay[4]}/24 dev uplink", f"addr replace {node.underlay[6]}/64 dev uplink nodad",
        f"link add antrea-gw0 address {node.gateway_mac} mtu {POD_MTU} type veth peer name gw0-ovs",
        f"link set gw0-ovs address {node.switch_mac} mtu {POD_MTU} up", "link set antrea-gw0 up",
        f"addr replace {node.gateway[4]}/32 dev antrea-gw0", f"addr replace {node.gateway[6]}/128 dev antrea-gw0 nodad"])
    # What the node's own processes send to local pods arrives on gw0-ovs with a source address of this node, and the answer
    # is forwarded once before it is received: early demultiplexing would drop it for having a socket already.
    namespaces.set_sysctls(netns, {"net.ipv4.conf.gw0-ovs.accept_local": 1, "net.ipv4.ip_early_demux": 0})
    for family in (4, 6):
        hop = node.next_hop[family]
        lines = [f"neigh replace {hop} lladdr {node.switch_mac} dev antrea-gw0 nud permanent",
                 f"neigh replace {hop} lladdr {node.gateway_mac} dev gw0-ovs nud permanent",
                 f"route replace default via {HUB[family]}",
                 f"route replace {node.pod_network[family]} via {hop} dev antrea-gw0 onlink src {node.gateway[family]}",
                 f"route replace {SERVICE[family]} via {hop} dev antrea-gw0 onlink src {node.gateway[family]}",
                 f"route replace default via {hop} dev gw0-ovs onlink table {SWITCH_TABLE}"]
        for remote in lab.nodes:
            if remote != node:
                via = f"{remote.pod_network[family]} via {remote.underlay[family]}"
                lines += [f"route replace {via}", f"route replace {via} table {SWITCH_TABLE}"]
        namespaces.ip(netns, lines)
        # The switch side routes before the node takes a packet for itself.
        for rule in (f"add pref 1 fwmark 1 lookup {SWITCH_TABLE}", "add pref 2 lookup local", "del pref 0"):
            run(namespaces.within(netns, ["ip", f"-{family}", "rule", *rule.split()]))


def attach(pod):
    """Point-to-point: the pod knows its gateway's link address, the node knows the pod's; nothing is resolved."""
    node = pod.node
    namespaces.ip(node.netns, [
        f"link set {pod.interface} address {node.gateway_mac}",
        *(f"neigh replace {pod.address[family]} lladdr {pod.mac} dev {pod.interface} nud permanent" for family in (4, 6)),
        *(f"route replace {pod.address[family]} dev {pod.interface} table {SWITCH_TABLE}" for family in (4, 6))])
    namespaces.ip(pod.netns, [
        f"addr replace {pod.address[4]}/32 dev eth0", f"addr replace {pod.address[6]}/128 dev eth0 nodad",
        *(f"neigh replace {node.gateway[family]} lladdr {node.gateway_mac} dev eth0 nud permanent" for family in (4, 6)),
        *(f"route replace default via {node.gateway[family]} dev eth0 onlink" for family in (4, 6))])


def ruleset(lab, node):
    pods = lab.pods_on(node)
    interfaces = ", ".join(f'"{pod.interface}"' for pod in pods)
    remote = [f'iifname "uplink" {IP[family]} saddr {ALL_PODS[family]} {IP[family]} daddr {node.pod_network[family]} goto switch_side'
              for family in ZONES]
    zones = [f"meta nfproto {NFPROTO[family]} ct zone set {zone}" for family, zone in ZONES.items()]
    return f"""
table inet lab {{
 set pods {{ type ifname; elements = {{ {interfaces} }}; }}
 chain classify {{
  type filter hook prerouting priority raw; policy accept;
  meta mark set 0
  iifname @pods goto switch_side
  iifname "gw0-ovs" goto switch_side
  {lines(remote)}
 }}
 chain switch_side {{
  meta mark set 1
  {lines(zones)}
 }}
 chain services {{
  type nat hook prerouting priority dstnat; policy accept;
  {lines(service_rules(lab))}
 }}
 chain policies {{
  type filter hook forward priority filter; policy accept;
  meta mark != 1 accept
  ct state invalid drop
  ct state != new accept
  {lines(policy_rules(lab, node))}
 }}
 chain outside {{
  type nat hook postrouting priority srcnat; policy accept;
  {masquerade(node, "meta mark 0", "uplink")}
 }}
}}
"""


def lines(rules):
    return "\n  ".join(rules)


def service_rules(lab):
    for family, ip in IP.items():
        endpoints = ", ".join(f"{index} : {pod.address[family]} . {HTTP_PORT}" for index, pod in enumerate(lab.pods_in_role("web")))
        yield (f"meta mark 1 {ip} daddr {SERVICE[family]} tcp dport {SERVICE_PORT} "
               f"dnat {ip} addr . port to numgen inc mod {len(lab.pods_in_role('web'))} map {{ {endpoints} }}")


def policy_rules(lab, node):
    """The rules of the OpenFlow pipeline, in its order, for the first packets of a connection of the switch side."""
    pods = lab.pods_on(node)

    def addresses(roles, family):
        return "{ " + ", ".join(pod.address[family] for pod in pods if pod.role in roles) + " }"

    for family, ip in IP.items():
        yield f"{ip} saddr {addresses(DENY_OUT.roles, family)} {DENY_OUT.protocol} dport {DENY_OUT.port} {verdict(DENY_OUT, 'drop')}"
        yield f"{ip} saddr {addresses(ALLOW_CLIENT_OUT.roles, family)} {verdict(ALLOW_CLIENT_OUT, set_label(ALLOW_CLIENT_OUT))}"
    yield f"ct status dnat ct mark set ct mark | {SERVICE_MARK:#x}"
    for family, ip in IP.items():
        denied = f"{ip} daddr {addresses(DENY_IN.roles, family)} {DENY_IN.protocol} dport {DENY_IN.port}"
        # From a pod of this node the packet is dropped after it was tracked (see denied_after_tracking).
        yield f"iifname @pods {denied} accept"
        yield f"{denied} {verdict(DENY_IN, 'drop')}"
    for rule in (ALLOW_WEB_IN, ALLOW_DB_IN):
        for family, ip in IP.items():
            yield f"{ip} daddr {addresses(rule.roles, family)} {rule.protocol} dport {rule.port} {verdict(rule, set_label(rule))}"
    for interface, source in (("@pods", FROM_POD), ('"gw0-ovs"', FROM_GATEWAY), ('"uplink"', FROM_TUNNEL)):
        yield f"iifname {interface} ct mark set ct mark | {source}"


def verdict(rule, action):
    return f'counter {action} comment "{rule.id} {rule.name}"'


def set_label(rule):
    """nft names label bits by number. Bits 0-31 hold the id of an ingress rule, bits 32-63 that of an egress rule."""
    offset = EGRESS_LABEL_OFFSET if rule.direction == "egress" else 0
    bits = [bit + offset for bit in range(32) if rule.id >> bit & 1]
    return "ct label set ct label | " + " | ".join(map(str, bits))


def denied_after_tracking(lab, node):
    """Between pods of one node OVS commits the connection for the egress rule before the ingress rule denies it.

    The kernel commits at the end of the IP layer, so the drop is at the device: the entry stays in SYN_SENT, with the
    egress rule's label and no packet source.
    """
    interfaces = ", ".join(f'"{pod.interface}"' for pod in lab.pods_on(node) if pod.role in DENY_IN.roles)
    return f"""
table netdev lab {{
 chain denied {{
  type filter hook egress devices = {{ {interfaces} }} priority 0; policy accept;
  tcp dport {DENY_IN.port} tcp flags & (syn | ack) == syn {verdict(DENY_IN, "drop")}
 }}
}}
"""


def fill_database(lab, node):
    """The rows ovs-vswitchd and Antrea's agent would have written. No ovs-vswitchd runs, so nothing waits for it."""
    command = ["ovs-vsctl", "--no-wait", "--timeout=15", "--", *bridge_commands("system"),
               *interface_row("antrea-tun0", TUNNEL_OFPORT, [f"type={lab.state.tunnel}", "options:remote_ip=flow", "options:key=flow",
                                                             "external_ids:antrea-type=tunnel"]),
               *interface_row("antrea-gw0", GATEWAY_OFPORT, ["type=internal", f'mac="{node.gateway_mac}"',
                                                             "external_ids:antrea-type=gateway"])]
    for pod in lab.pods_on(node):
        command += interface_row(pod.interface, pod.ofport, pod_identity(lab, pod))
    run(command, node.full_environment())


def interface_row(name, ofport, columns):
    return ["--", "add-port", "br-int", name, "--", "set", "interface", name, f"ofport_request={ofport}", f"ofport={ofport}", *columns]


def replace(lab, old, new, identity):
    """Puts a pod where another one was whose interface has gone."""
    attach(new)
    namespaces.nft(new.node.netns, f"add element inet lab pods {{ \"{new.interface}\" }}\ndelete element inet lab pods {{ \"{old.interface}\" }}\n")
    run(["ovs-vsctl", "--no-wait", "--timeout=15", *interface_row(new.interface, new.ofport, pod_identity(lab, identity))],
        new.node.full_environment())


def connection_count(node):
    return int(namespaces.read_sysctl(node.netns, "net.netfilter.nf_conntrack_count"))


def connection_limit(node):
    return int(namespaces.read_sysctl(node.netns, "net.netfilter.nf_conntrack_max"))
