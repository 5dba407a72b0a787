# SPDX-License-Identifier: Apache-2.0
"""Names and numbers of the lab: who has which name, address, port and zone.

`family` is 4 or 6 everywhere.
"""
import dataclasses
import os

# Antrea's conntrack zones and packet sources (bits 0-3 of ct_mark); bit 4 marks a Service connection.
ZONES = {4: 65520, 6: 65510}
FROM_TUNNEL, FROM_GATEWAY, FROM_POD = 1, 2, 3
SERVICE_MARK = 0x10

SERVICE = {4: "10.96.0.10", 6: "fd10:96::10"}
SERVICE_PORT = 80
EXTERNAL = {4: "198.51.100.10", 6: "2001:db8:100::10"}
HUB = {4: "172.31.250.254", 6: "fd31:250::fe"}
ALL_PODS = {4: "10.10.0.0/16", 6: "fd10:10::/32"}

HTTP_PORT, ECHO_PORT, IPERF_PORT, DATABASE_PORT, SCTP_PORT = 8080, 9001, 5201, 5432, 38412
DENIED_INGRESS_PORT, DENIED_EGRESS_PORT = 9999, 9998

POD_NAMESPACE = "lab"
POD_MTU = 1450
TUNNEL_OFPORT, GATEWAY_OFPORT, FIRST_POD_OFPORT = 1, 2, 10
TUNNEL_MAC = "aa:bb:cc:dd:ee:ff"  # Antrea's "global virtual MAC"
FIRST_INTERFACE_NUMBER = 0xABC000


@dataclasses.dataclass(frozen=True)
class Node:
    """One node: a network namespace with its own OVS database and, on the netdev datapath, its own ovs-vswitchd."""

    number: int
    netns: str
    directory: str

    @property
    def name(self):
        return f"node{self.number}"

    @property
    def underlay(self):
        return {4: f"172.31.250.{self.number}", 6: f"fd31:250::{self.number:x}"}

    @property
    def underlay_mac(self):
        return f"02:00:ac:1f:fa:{self.number:02x}"

    @property
    def gateway(self):
        return {4: f"10.10.{self.number}.1", 6: f"fd10:10:{self.number:x}::1"}

    @property
    def gateway_mac(self):
        return f"02:00:0a:0a:{self.number:02x}:01"

    @property
    def switch_mac(self):
        """The switch's end of the gateway link (br-int's own address on the netdev datapath)."""
        return f"02:00:0a:0a:{self.number:02x}:fe"

    @property
    def next_hop(self):
        """An address nobody has; routes through the switch name it and a permanent neighbour entry resolves it."""
        return {4: f"10.10.{self.number}.253", 6: "fe80::fd"}

    @property
    def pod_network(self):
        return {4: f"10.10.{self.number}.0/24", 6: f"fd10:10:{self.number:x}::/64"}

    @property
    def run(self):
        return os.path.join(self.directory, "run")

    @property
    def environment(self):
        """Where this node's OVS daemons and tools have their files."""
        return {"OVS_RUNDIR": self.run, "OVS_DBDIR": os.path.join(self.directory, "db"),
                "OVS_LOGDIR": os.path.join(self.directory, "log"), "OVS_SYSCONFDIR": os.path.join(self.directory, "db")}

    def full_environment(self):
        return {**os.environ, **self.environment}


@dataclasses.dataclass(frozen=True)
class Pod:
    """One pod: a network namespace behind a veth (eth0 inside, `interface` in the node)."""

    role: str
    node: Node
    index: int
    netns: str
    # The names of the pods that had this one's addresses after the lab's first; the last has them now.
    successors: tuple = ()

    @property
    def name(self):
        return self.successors[-1] if self.successors else f"{self.role}-{self.node.number}"

    @property
    def interface(self):
        """Antrea's form: at most 8 characters of the pod's name, a dash, 6 that are unique on the node."""
        number = FIRST_INTERFACE_NUMBER + 16 * self.node.number + self.index + (len(self.successors) << 12)
        return f"{self.name[:8]}-{number & 0xFFFFFF:06x}"

    @property
    def ofport(self):
        return FIRST_POD_OFPORT + self.index

    @property
    def mac(self):
        return f"02:00:0a:0a:{self.node.number:02x}:{self.index + 2:02x}"

    @property
    def address(self):
        return {4: f"10.10.{self.node.number}.{self.index + 2}", 6: f"fd10:10:{self.node.number:x}::{self.index + 2:x}"}
