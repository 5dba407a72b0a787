# SPDX-License-Identifier: Apache-2.0
"""Counts, with nftables in the namespace of the client, the packets and IP octets of single flows in both directions."""
import json

from ovslab import namespaces
from ovslab.console import attempt, run

TABLE = "inet lab_scenario"
UNLIMITED = 65535
TRANSPORT = {6: "tcp", 17: "udp"}


def install(namespace, flows):
    """`flows` have an index, protocol, family, destination, destination_port and source_port (ICMP: the identifier)."""
    remove(namespace)
    declared = "\n ".join(f"counter sent_{flow.index} {{}}\n counter received_{flow.index} {{}}" for flow in flows)
    sent = "\n  ".join(f"{match(flow, 'daddr', 'dport', 'sport')} counter name sent_{flow.index}" for flow in flows)
    received = "\n  ".join(f"{match(flow, 'saddr', 'sport', 'dport')} counter name received_{flow.index}" for flow in flows)
    namespaces.nft(namespace, f"""
table {TABLE} {{
 {declared}
 chain sent {{
  type filter hook output priority filter; policy accept;
  {sent}
 }}
 chain received {{
  type filter hook input priority filter; policy accept;
  {received}
 }}
}}
""")


def match(flow, address, far_port, near_port):
    peer = f"{'ip6' if flow.family == 6 else 'ip'} {address} {flow.destination}"
    if flow.protocol in TRANSPORT:
        transport = TRANSPORT[flow.protocol]
        return f"{peer} {transport} {far_port} {flow.destination_port} {transport} {near_port} {flow.source_port}"
    icmp = "icmpv6" if flow.family == 6 else "icmp"
    kind = "echo-request" if address == "daddr" else "echo-reply"
    return f"{peer} {icmp} type {kind} {icmp} id {flow.source_port}"


def read(namespace):
    """The packets and octets of each counter, by name."""
    listed = json.loads(run(namespaces.within(namespace, ["nft", "-j", "list", "counters", "table", *TABLE.split()])))
    counters = [item["counter"] for item in listed["nftables"] if "counter" in item]
    return {counter["name"]: (counter["packets"], counter["bytes"]) for counter in counters}


def limit_bursts(namespace, segments):
    """TCP hands bursts of segments to the device layer as one packet with one header, offloads or not.

    With one segment a burst the counters see the packets that the node sees. It more than halves the throughput.
    """
    namespaces.ip(namespace, [f"link set eth0 gso_max_segs {segments}"])


def remove(namespace):
    attempt(namespaces.within(namespace, ["nft", "delete", "table", *TABLE.split()]))
