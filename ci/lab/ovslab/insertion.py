# SPDX-License-Identifier: Apache-2.0
"""Puts connections into the kernel's table of a namespace over nfnetlink, without any packet: zones, marks and labels as wanted."""
import os
import socket
import struct
import sys

from ovslab import ctnetlink
from ovslab.namespaces import entered

NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE = 0x4, 0x200, 0x400
IPCTNL_MSG_CT_NEW = 0x100
NLA_F_NESTED = 0x8000
SEEN_REPLY_ASSURED_AND_CONFIRMED = 0xE


def insert(namespace, connections):
    """Each connection is an `ovslab.ctnetlink.Connection` whose original tuple is UDP; the reply is its reverse."""
    with entered(namespace):
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, ctnetlink.NETLINK_NETFILTER)
    with netlink:
        for wanted in connections:
            netlink.send(request(wanted))
            for kind, body in ctnetlink.messages(netlink.recv(1 << 16)):
                error = -struct.unpack_from("=i", body)[0] if kind == ctnetlink.NLMSG_ERROR else 0
                if error:
                    raise OSError(error, f"{wanted.original} cannot be inserted: {os.strerror(error)}")


def request(wanted):
    family = socket.AF_INET6 if ":" in wanted.original["src"] else socket.AF_INET
    reply = {"src": wanted.original["dst"], "dst": wanted.original["src"], "sport": wanted.original["dport"], "dport": wanted.original["sport"]}
    body = struct.pack("!BBH", family, 0, 0) + b"".join([
        tuple_of(ctnetlink.CTA_TUPLE_ORIG, wanted.original, family), tuple_of(ctnetlink.CTA_TUPLE_REPLY, reply, family),
        attribute(ctnetlink.CTA_STATUS, struct.pack("!I", SEEN_REPLY_ASSURED_AND_CONFIRMED)), attribute(ctnetlink.CTA_TIMEOUT, struct.pack("!I", 300)),
        attribute(ctnetlink.CTA_MARK, struct.pack("!I", wanted.mark)), attribute(ctnetlink.CTA_ZONE, struct.pack("!H", wanted.zone)),
        attribute(ctnetlink.CTA_LABELS, wanted.labels.to_bytes(16, sys.byteorder))])
    flags = ctnetlink.NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
    return struct.pack("=IHHII", 16 + len(body), IPCTNL_MSG_CT_NEW, flags, 1, 0) + body


def tuple_of(kind, endpoints, family):
    addresses = [attribute(number, socket.inet_pton(family, endpoints[name]))
                 for number, name in enumerate(("src", "dst"), 1 if family == socket.AF_INET else 3)]
    ports = [attribute(number, struct.pack("!H", endpoints[name])) for number, name in ((2, "sport"), (3, "dport"))]
    protocol = attribute(1, bytes([socket.IPPROTO_UDP]))
    return nested(kind, nested(ctnetlink.CTA_TUPLE_IP, *addresses), nested(ctnetlink.CTA_TUPLE_PROTO, protocol, *ports))


def nested(kind, *attributes):
    return attribute(kind | NLA_F_NESTED, b"".join(attributes))


def attribute(kind, value):
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)
