# SPDX-License-Identifier: Apache-2.0
"""The OpenFlow pipeline of a netdev node: the parts of Antrea's that a flow exporter can observe."""
import ipaddress

from ovslab.addresses import (
    FROM_GATEWAY,
    FROM_POD,
    FROM_TUNNEL,
    GATEWAY_OFPORT,
    HTTP_PORT,
    SERVICE,
    SERVICE_PORT,
    TUNNEL_MAC,
    TUNNEL_OFPORT,
    ZONES,
)
from ovslab.policies import ALLOW_CLIENT_OUT, ALLOW_DB_IN, ALLOW_WEB_IN, DENY_IN, DENY_OUT

TABLES = {0: "Classifier", 10: "ConntrackZone", 20: "ConntrackState", 30: "ServiceLB", 31: "EndpointDNAT",
          40: "EgressRule", 41: "EgressMetric", 50: "L3Forwarding", 60: "L2ForwardingCalc", 70: "IngressRule",
          71: "IngressMetric", 80: "ConntrackCommit", 85: "FlowAccounting", 86: "FlowAccountingEntries", 90: "Output"}

DEFAULT, POD, POLICY, SERVICE_CATEGORY, ACCOUNTING = 0, 1, 2, 3, 9
ACCOUNTING_IDLE_SECONDS = 60
NEIGHBOUR_DISCOVERY = (133, 134, 135, 136, 137, 143)

IP = {4: "ip", 6: "ipv6"}
TCP = {4: "tcp", 6: "tcp6"}
UDP = {4: "udp", 6: "udp6"}
SOURCE = {4: "nw_src", 6: "ipv6_src"}
DESTINATION = {4: "nw_dst", 6: "ipv6_dst"}
ENDPOINT_REGISTER = {4: "reg3=0x%08x", 6: "xxreg3=0x%032x"}

SERVICE_MARKS = "exec(load:1->NXM_NX_CT_MARK[4],move:NXM_NX_REG0[0..3]->NXM_NX_CT_MARK[0..3])"
# Antrea's disposition drop: the rule in reg3, and a packet-in that says so.
DENY = ("load:1->NXM_NX_REG0[10],load:1->NXM_NX_REG0[11],load:0x%x->NXM_NX_REG3[],"
        "controller(max_len=128,reason=no_match,userdata=01.04)")


def cookie(category, object_id):
    """Antrea's layout: round (16 bits, 1), category (8), reserved (8), object id (32)."""
    return f"0x{(1 << 48) | (category << 40) | object_id:016x}"


class Pipeline:
    """The flows and groups of one node, in the syntax of ovs-ofctl."""

    def __init__(self, lab, node):
        self.lab, self.node, self.pods = lab, node, lab.pods_on(node)
        self.endpoints = lab.pods_in_role("web")
        self.flows, self.groups = [], []
        self.classify()
        self.track()
        self.balance_services()
        self.enforce_egress()
        self.route()
        self.switch()
        self.enforce_ingress()
        self.commit()
        self.account()
        self.output()

    def add(self, table, priority, match, actions, category=DEFAULT, object_id=0):
        match = match + "," if match else ""
        self.flows.append(f"table={table},priority={priority},cookie={cookie(category, object_id)},{match} actions={actions}")

    def classify(self):
        """Where a packet comes from goes to reg0[0..3]."""
        for port, source in ((TUNNEL_OFPORT, FROM_TUNNEL), (GATEWAY_OFPORT, FROM_GATEWAY)):
            self.add(0, 200, f"in_port={port}", f"load:{source}->NXM_NX_REG0[0..3],goto_table:10", POD)
        for pod in self.pods:
            self.add(0, 190, f"in_port={pod.ofport},dl_src={pod.mac}", f"load:{FROM_POD}->NXM_NX_REG0[0..3],goto_table:10", POD, pod.ofport)
        self.add(0, 0, "", "drop")

    def track(self):
        """ARP and neighbour discovery are switched normally (the tunnel port is no-flood); the rest is tracked."""
        self.add(10, 210, "arp", "NORMAL", POD)
        for kind in NEIGHBOUR_DISCOVERY:
            self.add(10, 210, f"icmp6,icmp_type={kind}", "NORMAL", POD)
        for family, zone in ZONES.items():
            self.add(10, 200, IP[family], f"ct(table=20,zone={zone},nat)")
        self.add(10, 0, "", "drop")
        for ip in IP.values():
            self.add(20, 200, f"ct_state=+inv+trk,{ip}", "drop")
        for ip in IP.values():
            self.add(20, 190, f"ct_state=-new+trk,ct_mark=0x10/0x10,{ip}", "load:1->NXM_NX_REG0[9],goto_table:41", SERVICE_CATEGORY)
        for ip in IP.values():
            self.add(20, 180, f"ct_state=-new+trk,{ip}", "goto_table:41")
        self.add(20, 0, "", "goto_table:30")

    def balance_services(self):
        """A select group picks the endpoint into a register, the table after it translates the address and commits."""
        for family, load in ((4, "load:0x%08x->NXM_NX_REG3[]"), (6, "set_field:0x%032x->xxreg3")):
            buckets = ",".join(f"bucket=bucket_id:{index},weight:100,actions={load % int(ipaddress.ip_address(pod.address[family]))},"
                               f"load:{HTTP_PORT}->NXM_NX_REG4[0..15],resubmit(,31)" for index, pod in enumerate(self.endpoints))
            group = 1 if family == 4 else 2
            self.groups.append(f"group_id={group},type=select,{buckets}")
            self.add(30, 200, f"{TCP[family]},{DESTINATION[family]}={SERVICE[family]},tp_dst={SERVICE_PORT}",
                     f"load:1->NXM_NX_REG0[9],group:{group}", SERVICE_CATEGORY, group)
        self.add(30, 0, "", "goto_table:40")
        for index, pod in enumerate(self.endpoints):
            for family, zone in ZONES.items():
                register = ENDPOINT_REGISTER[family] % int(ipaddress.ip_address(pod.address[family]))
                target = pod.address[family] if family == 4 else f"[{pod.address[family]}]"
                self.add(31, 200, f"{TCP[family]},{register},reg4={HTTP_PORT}/0xffff",
                         f"ct(commit,table=40,zone={zone},nat(dst={target}:{HTTP_PORT}),{SERVICE_MARKS})",
                         SERVICE_CATEGORY, (0x100 if family == 4 else 0x200) + index)

    def enforce_egress(self):
        for pod in self.pods:
            if pod.role not in ALLOW_CLIENT_OUT.roles:
                continue
            for family, zone in ZONES.items():
                source = f"{SOURCE[family]}={pod.address[family]}"
                self.add(40, 210, f"{UDP[family]},{source},tp_dst={DENY_OUT.port}", DENY % DENY_OUT.id, POLICY, DENY_OUT.id)
                self.add(40, 200, f"{IP[family]},{source}",
                         f"ct(commit,table=41,zone={zone},exec(load:0x{ALLOW_CLIENT_OUT.id:x}->NXM_NX_CT_LABEL[32..63]))",
                         POLICY, ALLOW_CLIENT_OUT.id)
        self.add(40, 0, "", "goto_table:41")
        # Counters a rule: packets of new connections are its sessions.
        label = f"0x{ALLOW_CLIENT_OUT.id:x}00000000/0xffffffff00000000"
        for ip in IP.values():
            for state in ("+new", "-new"):
                self.add(41, 200, f"ct_state={state},ct_label={label},{ip}", "goto_table:50", POLICY, ALLOW_CLIENT_OUT.id)
        self.add(41, 0, "", "goto_table:50")

    def route(self):
        gateway_mac = self.node.gateway_mac
        for pod in self.pods:
            for match in (f"{IP[family]},{DESTINATION[family]}={pod.address[family]}" for family in ZONES):
                routed = f"mod_dl_src:{gateway_mac},mod_dl_dst:{pod.mac},dec_ttl,goto_table:60"
                self.add(50, 210, f"{match},reg0=0x{FROM_TUNNEL:x}/0xf", routed, POD)
                self.add(50, 205, f"{match},dl_dst={gateway_mac}", routed, POD)
                self.add(50, 200, match, "goto_table:60", POD)
        for remote in self.lab.nodes:
            if remote == self.node:
                continue
            for family in ZONES:
                self.add(50, 190, f"{IP[family]},{DESTINATION[family]}={remote.pod_network[family]}",
                         f"mod_dl_src:{gateway_mac},mod_dl_dst:{TUNNEL_MAC},dec_ttl,set_field:{remote.underlay[4]}->tun_dst,"
                         f"load:{TUNNEL_OFPORT}->NXM_NX_REG1[],load:1->NXM_NX_REG0[4..7],goto_table:80", POD, remote.number)
        self.add(50, 0, "", f"mod_dl_dst:{gateway_mac},load:{GATEWAY_OFPORT}->NXM_NX_REG1[],load:2->NXM_NX_REG0[4..7],goto_table:80", POD)

    def switch(self):
        for pod in self.pods:
            self.add(60, 200, f"dl_dst={pod.mac}", f"load:{pod.ofport}->NXM_NX_REG1[],load:3->NXM_NX_REG0[4..7],goto_table:70",
                     POD, pod.ofport)
        self.add(60, 0, "", "drop")

    def enforce_ingress(self):
        for pod in self.pods:
            for rule in (ALLOW_WEB_IN, ALLOW_DB_IN):
                if pod.role not in rule.roles:
                    continue
                for family, zone in ZONES.items():
                    match = f"ct_state=+new,{TCP[family]},{DESTINATION[family]}={pod.address[family]},tp_dst="
                    self.add(70, 210, f"{match}{DENY_IN.port}", DENY % DENY_IN.id, POLICY, DENY_IN.id)
                    self.add(70, 200, f"{match}{rule.port}",
                             f"ct(commit,table=71,zone={zone},exec(load:0x{rule.id:x}->NXM_NX_CT_LABEL[0..31]))", POLICY, rule.id)
        self.add(70, 0, "", "goto_table:71")
        for ip in IP.values():
            for rule in (ALLOW_WEB_IN, ALLOW_DB_IN):
                for state in ("+new", "-new"):
                    self.add(71, 200, f"ct_state={state},ct_label=0x{rule.id:x}/0xffffffff,{ip}", "goto_table:80", POLICY, rule.id)
        self.add(71, 0, "", "goto_table:80")

    def commit(self):
        """Service connections were committed when their address was translated."""
        for family, zone in ZONES.items():
            self.add(80, 200, f"ct_state=+new+trk,ct_mark=0/0x10,{IP[family]}",
                     f"ct(commit,table=85,zone={zone},exec(move:NXM_NX_REG0[0..3]->NXM_NX_CT_MARK[0..3]))")
        self.add(80, 0, "", "goto_table:85")

    def account(self):
        """With accounting every direction of a connection learns a flow in table 86.

        Its packet, octet and duration counters are its only use: the userspace datapath's conntrack has none. Idle
        ones expire by themselves.
        """
        if self.lab.state.accounting:
            for match, ethernet, source, destination, protocol, transport in (
                    ("tcp", 0x800, "NXM_OF_IP_SRC", "NXM_OF_IP_DST", 6, "TCP"), ("udp", 0x800, "NXM_OF_IP_SRC", "NXM_OF_IP_DST", 17, "UDP"),
                    ("tcp6", 0x86DD, "NXM_NX_IPV6_SRC", "NXM_NX_IPV6_DST", 6, "TCP"),
                    ("udp6", 0x86DD, "NXM_NX_IPV6_SRC", "NXM_NX_IPV6_DST", 17, "UDP")):
                self.add(85, 200, match,
                         f"learn(table=86,idle_timeout={ACCOUNTING_IDLE_SECONDS},priority=100,cookie={cookie(ACCOUNTING, 0)},"
                         f"eth_type=0x{ethernet:x},nw_proto={protocol},NXM_NX_CT_ZONE[],{source}[],{destination}[],"
                         f"NXM_OF_{transport}_SRC[],NXM_OF_{transport}_DST[]),resubmit(,86),goto_table:90", ACCOUNTING)
        self.add(85, 0, "", "goto_table:90")
        self.add(86, 0, "", "drop")

    def output(self):
        self.add(90, 200, f"reg1={GATEWAY_OFPORT},in_port={GATEWAY_OFPORT}", "in_port", POD)
        self.add(90, 100, "", "output:NXM_NX_REG1[]", POD)
