# SPDX-License-Identifier: Apache-2.0
"""Network namespaces and what is set up inside them: ip, nft, sysctls, offloads."""
import contextlib
import ctypes
import fcntl
import os
import socket
import struct

from ovslab.console import run

CLONE_NEWNET = 0x40000000
SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO = 0x17, 0x19, 0x1F, 0x24


def path(namespace):
    return f"/run/netns/{namespace}"


def exists(namespace):
    return os.path.exists(path(namespace))


def within(namespace, argv):
    """The command line that runs `argv` in the namespace."""
    return ["nsenter", "--net=" + path(namespace), "--", *argv]


@contextlib.contextmanager
def entered(namespace):
    """This thread is in the namespace as long as the block runs: its sockets and /proc/sys/net are the namespace's."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(descriptor):
        if libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter network namespace {namespace}")

    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    target = os.open(path(namespace), os.O_RDONLY)
    try:
        enter(target)
        yield
    finally:
        enter(home)
        os.close(home)
        os.close(target)


def ip(namespace, lines):
    """One `ip` run for all lines; the address family follows from the addresses."""
    run(within(namespace, ["ip", "-batch", "-"]), text="\n".join(lines) + "\n")


def nft(namespace, ruleset):
    run(within(namespace, ["nft", "-f", "-"]), text=ruleset)


def set_sysctls(namespace, values):
    with entered(namespace):
        for name, value in values.items():
            with open("/proc/sys/" + name.replace(".", "/"), "w", encoding="ascii") as file:
                file.write(str(value))


def read_sysctl(namespace, name):
    with entered(namespace), open("/proc/sys/" + name.replace(".", "/"), encoding="ascii") as file:
        return file.read().strip()


def disable_offloads(namespace, interface):
    """Transmit checksums are computed and large segments cut by the sender.

    OVS's userspace conntrack verifies checksums; a veth sender would leave them to "hardware" and every packet would
    be ct_state=+inv. Segments that are cut before the wire are also what an octet counter should see.
    """
    with entered(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for command in (ETHTOOL_STXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO):
            value = ctypes.create_string_buffer(struct.pack("=II", command, 0))
            request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
            try:
                fcntl.ioctl(control, SIOCETHTOOL, request)
            except OSError:
                if command == ETHTOOL_STXCSUM:
                    raise
