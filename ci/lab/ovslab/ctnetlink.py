# SPDX-License-Identifier: Apache-2.0
"""Reads the kernel's connection table of a namespace over nfnetlink.

Names of attributes are those of linux/netfilter/nfnetlink_conntrack.h. Numbers inside attributes are big-endian; netlink
headers and the words of a label are in the machine's order.
"""
import dataclasses
import datetime
import socket
import struct
import sys

from ovslab.namespaces import entered

NETLINK_NETFILTER = 12
NLM_F_REQUEST, NLM_F_DUMP = 0x1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
IPCTNL_MSG_CT_GET = 0x101
CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, CTA_STATUS, CTA_PROTOINFO, CTA_TIMEOUT, CTA_MARK = 1, 2, 3, 4, 7, 8
CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY, CTA_ID, CTA_ZONE, CTA_TIMESTAMP, CTA_LABELS = 9, 10, 12, 18, 20, 22
CTA_TUPLE_IP, CTA_TUPLE_PROTO = 1, 2
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6", 132: "sctp"}
PROTO_FIELDS = {1: "protocol", 2: "sport", 3: "dport", 4: "id", 5: "type", 6: "code", 7: "id", 8: "type", 9: "code"}
TCP_STATES = ("NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2")
STATUS = ("EXPECTED", "SEEN_REPLY", "ASSURED", "CONFIRMED", "SRC_NAT", "DST_NAT", "SEQ_ADJUST", "SRC_NAT_DONE", "DST_NAT_DONE")


@dataclasses.dataclass
class Connection:
    """One entry. A tuple has src, dst, protocol and either sport and dport or id, type and code; counters are (packets, octets)."""

    original: dict = None
    reply: dict = None
    counters: dict = dataclasses.field(default_factory=dict)
    zone: int = 0
    mark: int = 0
    labels: int = 0
    id: int = 0
    status: int = 0
    timeout: int = 0
    start: int = 0
    state: str = ""

    def __str__(self):
        """In the form of `ovs-appctl dpctl/dump-conntrack -m -s` on a system datapath."""
        parts = [PROTOCOLS.get(self.original["protocol"], str(self.original["protocol"])),
                 f"orig=({direction(self.original, self.counters.get('original'))})",
                 f"reply=({direction(self.reply, self.counters.get('reply'))})"]
        if self.start:
            parts.append(f"start={datetime.datetime.fromtimestamp(self.start / 1e9, datetime.timezone.utc):%Y-%m-%dT%H:%M:%S.%f}"[:-3])
        flags = "|".join(name for bit, name in enumerate(STATUS) if self.status >> bit & 1)
        parts += [f"id={self.id}", f"zone={self.zone}", f"status={flags}", f"timeout={self.timeout}", f"mark={self.mark}",
                  f"labels={self.labels:#x}"]
        if self.state:
            parts.append(f"protoinfo=(state={self.state})")
        return ",".join(parts)


def direction(endpoints, counters):
    fields = [f"{name}={value}" for name, value in endpoints.items() if name != "protocol"]
    if counters:
        fields += [f"packets={counters[0]}", f"bytes={counters[1]}"]
    return ",".join(fields)


def connections(namespace):
    with entered(namespace):
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
    with netlink:
        body = struct.pack("!BBH", socket.AF_UNSPEC, 0, 0)
        netlink.send(struct.pack("=IHHII", 16 + len(body), IPCTNL_MSG_CT_GET, NLM_F_REQUEST | NLM_F_DUMP, 1, 0) + body)
        found = []
        while True:
            for kind, message in messages(netlink.recv(1 << 16)):
                if kind == NLMSG_DONE:
                    return found
                if kind == NLMSG_ERROR:
                    raise OSError(-struct.unpack_from("=i", message)[0], "the kernel's connection table cannot be read")
                found.append(connection(message[4:]))


def messages(data):
    offset = 0
    while offset + 16 <= len(data):
        length, kind = struct.unpack_from("=IH", data, offset)
        yield kind, data[offset + 16:offset + length]
        offset += (length + 3) & ~3


def attributes(data):
    offset = 0
    while offset + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, offset)
        if length < 4:
            return
        yield kind & 0x3FFF, data[offset + 4:offset + length]
        offset += (length + 3) & ~3


def number(value):
    return int.from_bytes(value, "big")


def connection(data):
    found = Connection()
    numbers = {CTA_STATUS: "status", CTA_TIMEOUT: "timeout", CTA_MARK: "mark", CTA_ID: "id", CTA_ZONE: "zone"}
    for kind, value in attributes(data):
        if kind in numbers:
            setattr(found, numbers[kind], number(value))
        elif kind == CTA_TUPLE_ORIG:
            found.original = endpoints_of(value)
        elif kind == CTA_TUPLE_REPLY:
            found.reply = endpoints_of(value)
        elif kind in (CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY):
            counters = dict(attributes(value))
            found.counters["original" if kind == CTA_COUNTERS_ORIG else "reply"] = number(counters[1]), number(counters[2])
        elif kind == CTA_TIMESTAMP:
            found.start = number(dict(attributes(value))[1])
        elif kind == CTA_LABELS:
            found.labels = int.from_bytes(value, sys.byteorder)
        elif kind == CTA_PROTOINFO:
            tcp = dict(attributes(value)).get(1)
            if tcp is not None:
                found.state = TCP_STATES[dict(attributes(tcp))[1][0]]
    return found


def endpoints_of(data):
    parts = dict(attributes(data))
    addresses = sorted(attributes(parts[CTA_TUPLE_IP]))
    found = {name: socket.inet_ntop(socket.AF_INET if len(value) == 4 else socket.AF_INET6, value)
             for name, (_, value) in zip(("src", "dst"), addresses)}
    for kind, value in attributes(parts[CTA_TUPLE_PROTO]):
        found[PROTO_FIELDS[kind]] = number(value)
    return found
