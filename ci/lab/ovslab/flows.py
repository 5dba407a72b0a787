# SPDX-License-Identifier: Apache-2.0
"""The named flows of the scenario."""
import dataclasses

from ovslab.addresses import (
    DENIED_EGRESS_PORT,
    DENIED_INGRESS_PORT,
    ECHO_PORT,
    EXTERNAL,
    HTTP_PORT,
    IPERF_PORT,
    POD_NAMESPACE,
    SERVICE,
    SERVICE_PORT,
)
from ovslab.policies import ALLOW_CLIENT_OUT, ALLOW_WEB_IN, DENY_IN, DENY_OUT

ICMP, TCP, UDP, ICMP6 = 1, 6, 17, 58
INTRA_NODE, INTER_NODE, TO_EXTERNAL, FROM_EXTERNAL = 1, 2, 3, 4
# About 2.5 s. Paced and with a small window: in bursts the userspace datapath's packet sockets would lose segments, and the
# sender then sends more than the datapath counts.
BULK = ("-n", "24M", "-b", "80M", "--fq-rate", "90M", "-l", "16K", "-w", "64K")


@dataclasses.dataclass(frozen=True)
class Flow:
    """A flow, what makes it (iperf3's options or a probe's), and what is to become of it.

    `source_port` of an ICMP flow is its identifier. `attempted_octets` is the payload a denied client tries to send.
    """

    index: int
    name: str
    protocol: int
    family: int
    place: str
    source: str
    source_port: int
    destination: str
    destination_port: int
    flow_type: int
    destination_pod: str = None
    service: str = None
    verdict: str = "allow"
    ingress_rule: int = None
    egress_rule: int = None
    attempted_octets: int = 0
    iperf: tuple = ()
    options: dict = dataclasses.field(default_factory=dict)

    @property
    def source_pod(self):
        return None if self.place == "hub" else self.place

    @property
    def is_icmp(self):
        return self.protocol in (ICMP, ICMP6)

    @property
    def is_bulk(self):
        return bool(self.iperf)

    @property
    def probe(self):
        """The arguments of ovslab.probe.probe."""
        kind = "ping" if self.is_icmp else "udp" if self.protocol == UDP else "http"
        return {"kind": kind, "address": self.destination, "port": self.destination_port, "source_port": self.source_port, **self.options}


def all_flows(lab, first_port):
    """Each with a source port of its own, from `first_port` on."""
    return [Flow(index=index, source_port=first_port + index, **described) for index, described in enumerate(describe(lab))]


def describe(lab):
    web = {"ingress_rule": ALLOW_WEB_IN.id}
    yield pod_to_pod(lab, "tcp-inter-node-v4", TCP, 4, "web-2", IPERF_PORT, iperf=BULK)
    yield pod_to_pod(lab, "tcp-intra-node-v6", TCP, 6, "web-1", IPERF_PORT, iperf=BULK)
    for family in (4, 6):
        yield from_client(lab, f"http-service-v{family}", TCP, family, destination=SERVICE[family], destination_port=SERVICE_PORT,
                          service=f"{POD_NAMESPACE}/web:http", flow_type=INTER_NODE, options={"size": 200_000}, **web)
    yield pod_to_pod(lab, "udp-inter-node-v4", UDP, 4, "db-2", ECHO_PORT, options={"size": 60, "count": 8})
    yield pod_to_pod(lab, "http-inter-node-v6", TCP, 6, "web-2", HTTP_PORT, options={"size": 1_000_000}, **web)
    yield from_client(lab, "http-to-external-v4", TCP, 4, destination=EXTERNAL[4], destination_port=HTTP_PORT, flow_type=TO_EXTERNAL,
                      options={"size": 50_000})
    yield {"name": "http-from-external-v4", "protocol": TCP, "family": 4, "place": "hub", "source": EXTERNAL[4],
           "destination": lab.pod("web-1").address[4], "destination_port": HTTP_PORT, "destination_pod": "web-1",
           "flow_type": FROM_EXTERNAL, "options": {"size": 20_000, "source_address": EXTERNAL[4]}, **web}
    # On the source node the connection was allowed out; the node of the destination denies it.
    yield pod_to_pod(lab, "tcp-denied-ingress-v4", TCP, 4, "db-2", DENIED_INGRESS_PORT, verdict="deny", ingress_rule=DENY_IN.id)
    yield pod_to_pod(lab, "udp-denied-egress-v4", UDP, 4, "db-2", DENIED_EGRESS_PORT, verdict="deny", egress_rule=DENY_OUT.id,
                     attempted_octets=64, options={"size": 64})
    yield pod_to_pod(lab, "ping-inter-node-v4", ICMP, 4, "web-2", 0, options={"count": 5})
    yield pod_to_pod(lab, "ping-inter-node-v6", ICMP6, 6, "web-2", 0, options={"count": 5})


def from_client(lab, name, protocol, family, **more):
    return {"name": name, "protocol": protocol, "family": family, "place": "client-1", "source": lab.pod("client-1").address[family],
            "egress_rule": ALLOW_CLIENT_OUT.id, **more}


def pod_to_pod(lab, name, protocol, family, pod, port, **more):
    flow_type = INTRA_NODE if lab.pod(pod).node == lab.pod("client-1").node else INTER_NODE
    return from_client(lab, name, protocol, family, destination=lab.pod(pod).address[family], destination_port=port, destination_pod=pod,
                       flow_type=flow_type, **more)
