# SPDX-License-Identifier: Apache-2.0
"""Hears of the end of every connection in a namespace, with its last counters, and keeps it in a file.

conntrack(8) could, but loses most of a burst: its --buffer-size is not that of the socket which hears.
"""
import socket
import struct

from ovslab import ctnetlink

SO_RCVBUFFORCE = 33
NFNLGRP_CONNTRACK_DESTROY = 3
IPCTNL_MSG_CT_DELETE = 0x102


def keep_ends(path):
    """Appends what comes as it comes, until it is ended. The file is there as soon as nothing is missed any more."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, ctnetlink.NETLINK_NETFILTER) as netlink:
        netlink.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
        netlink.bind((0, 1 << NFNLGRP_CONNTRACK_DESTROY - 1))
        with open(path, "wb", buffering=0) as file:
            while True:
                # Fails, and so ends the program, if anything is lost: ENOBUFS.
                datagram = netlink.recv(1 << 16)
                file.write(struct.pack("=I", len(datagram)) + datagram)


def kept_ends(path):
    """The connections of a file of `keep_ends`."""
    with open(path, "rb") as file:
        while header := file.read(4):
            datagram = file.read(struct.unpack("=I", header)[0])
            for kind, message in ctnetlink.messages(datagram):
                if kind == IPCTNL_MSG_CT_DELETE:
                    yield ctnetlink.connection(message[4:])
