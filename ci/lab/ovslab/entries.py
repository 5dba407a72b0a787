# SPDX-License-Identifier: Apache-2.0
"""Checks, after `traffic`, what the kernel nodes' connection entries carry."""
from ovslab.addresses import (
    DENIED_EGRESS_PORT,
    DENIED_INGRESS_PORT,
    EXTERNAL,
    FROM_GATEWAY,
    FROM_POD,
    FROM_TUNNEL,
    HTTP_PORT,
    SCTP_PORT,
    SERVICE,
    SERVICE_MARK,
    SERVICE_PORT,
    ZONES,
)
from ovslab.ctnetlink import connections
from ovslab.policies import ALLOW_CLIENT_OUT, ALLOW_WEB_IN

EGRESS = ALLOW_CLIENT_OUT.id << 32
INGRESS = ALLOW_WEB_IN.id


def check(lab):
    """Prints a line for each expectation; returns how many there were and how many were not met."""
    tables = {node.number: connections(node.netns) for node in lab.nodes}
    total = wrong = 0
    for name, node, wanted, exists in expectations(lab):
        matching = [entry for entry in tables[node] if wanted.items() <= facts(entry).items()]
        right = bool(matching) == exists
        total, wrong = total + 1, wrong + (not right)
        found = f"{len(matching)} of {len(tables[node])} entries"
        print(f"{'ok' if right else 'BAD':<4} entry: {name:<45} {'found' if matching else 'absent':<9}         {found}", flush=True)
    return total, wrong


def facts(entry):
    return {"zone": entry.zone, "mark": entry.mark, "labels": entry.labels, "source": entry.original["src"],
            "destination": entry.original["dst"], "port": entry.original.get("dport"), "state": entry.state,
            "answered_to": entry.reply["dst"], "counted": all(packets for packets, _ in entry.counters.values())}


def expectations(lab):
    """What it is, the node, the fields of the entry, and whether there is one."""
    far = lab.state.nodes > 1
    for family, zone in ZONES.items():
        client, near = lab.pod("client-1").address[family], lab.pod("web-1").address[family]
        version = f"v{family}"
        service = {"zone": zone, "source": client, "destination": SERVICE[family], "port": SERVICE_PORT, "mark": SERVICE_MARK | FROM_POD,
                   "counted": True}
        external = {"source": client, "destination": EXTERNAL[family], "port": HTTP_PORT}
        denied = {"zone": zone, "source": client, "port": DENIED_INGRESS_PORT, "state": "SYN_SENT", "labels": EGRESS}
        yield f"{version} Service, endpoint on this node", 1, {**service, "labels": EGRESS | INGRESS}, True
        yield f"{version} pod to external, switch side", 1, {**external, "zone": zone, "mark": FROM_POD, "labels": EGRESS,
                                                             "answered_to": client}, True
        yield f"{version} pod to external, host side, masqueraded", 1, {**external, "zone": 0,
                                                                        "answered_to": lab.node(1).underlay[family]}, True
        yield f"{version} external to pod", 1, {"zone": zone, "destination": near, "port": HTTP_PORT, "mark": FROM_GATEWAY,
                                                "labels": INGRESS}, True
        yield f"{version} denied on ingress, intra-node", 1, {**denied, "destination": near, "mark": 0}, True
        yield f"{version} denied on egress", 1, {"source": client, "port": DENIED_EGRESS_PORT}, False
        if far:
            web, database = lab.pod("web-2").address[family], lab.pod("db-2").address[family]
            yield f"{version} Service, endpoint on the other node", 1, {**service, "labels": EGRESS}, True
            yield f"{version} from the other node", 2, {"zone": zone, "source": client, "destination": web, "port": HTTP_PORT,
                                                        "mark": FROM_TUNNEL, "labels": INGRESS, "counted": True}, True
            yield f"{version} denied on ingress, source node", 1, {**denied, "destination": database, "mark": FROM_POD}, True
            yield f"{version} denied on ingress, destination node", 2, {"source": client, "port": DENIED_INGRESS_PORT}, False
            yield f"{version} sctp with ports", 1, {"zone": zone, "source": client, "destination": database, "port": SCTP_PORT,
                                                    "mark": FROM_POD}, True
