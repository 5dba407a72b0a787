# SPDX-License-Identifier: Apache-2.0
"""A client that runs inside a namespace, makes one flow of one kind, and says what it sent and what came back.

The result is a dictionary: ok and text (for people); of a flow that passed sentOctets and receivedOctets (what the
transport carried, headers not counted) and pod (who answered, HTTP only); of one that failed, whether it was unanswered.
"""
import os
import socket
import struct
import time

SMALLEST_BODY = 65
SCTP_SOURCE_PORT = 40000


def probe(kind, address, port=0, **options):
    """`options` are those of the kind's function; every kind has timeout (seconds) and source_port (0: any)."""
    try:
        return {"ok": True, **KINDS[kind](address, port, **options)}
    except OSError as error:
        return {"ok": False, "unanswered": isinstance(error, socket.timeout), "text": f"failed: {error}"}


def result(text, sent, received, pod=None):
    return {"text": text, "sentOctets": sent, "receivedOctets": received, "pod": pod}


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def connect(address, port, timeout, source_port, source_address=None):
    source = (source_address or ("::" if ":" in address else "0.0.0.0"), source_port)
    return socket.create_connection((address, port), timeout, source)


def tcp(address, port, timeout=1.5, source_port=0):
    """Connects and closes."""
    with connect(address, port, timeout, source_port) as connection:
        source_port = connection.getsockname()[1]
    return result(f"connected, source port {source_port}", 0, 0)


def http(address, port, size=0, count=1, timeout=1.5, source_port=0, source_address=None):
    """`count` GETs on one connection, each for `size` octets (0: the greeting)."""
    path = f"/bytes/{size}" if size >= SMALLEST_BODY else "/"
    sent = received = 0
    pod = None
    with connect(address, port, timeout, source_port, source_address) as connection:
        connection.settimeout(20)
        source_port = connection.getsockname()[1]
        reader = connection.makefile("rb")
        for number in range(1, count + 1):
            keep = "keep-alive" if number < count else "close"
            request = f"GET {path} HTTP/1.1\r\nHost: lab\r\nConnection: {keep}\r\n\r\n".encode()
            connection.sendall(request)
            sent += len(request)
            octets, pod = read_response(reader)
            received += octets
        received += len(reader.read())      # until the server has closed
    return result(f"http ok, {received} octets from {pod}, source port {source_port}", sent, received, pod)


def read_response(reader):
    """The octets of one response, and its X-Pod header."""
    octets = length = 0
    pod = None
    status = reader.readline()
    if not status.startswith(b"HTTP/1.1 200 "):
        raise OSError(f"not the expected answer: {status[:60]!r}")
    octets += len(status)
    while True:
        line = reader.readline()
        octets += len(line)
        name, _, value = line.decode("ascii").strip().partition(": ")
        if not name:
            break
        if name == "Content-Length":
            length = int(value)
        if name == "X-Pod":
            pod = value
    body = reader.read(length)
    if len(body) != length:
        raise OSError(f"the body ended after {len(body)} of {length} octets")
    return octets + length, pod


def udp(address, port, size=64, count=1, timeout=1.5, source_port=0):
    """`count` requests on one socket, each answered before the next."""
    with socket.socket(family_of(address), socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.bind(("", source_port))
        client.connect((address, port))
        source_port = client.getsockname()[1]
        received = 0
        for _ in range(count):
            client.send(b"u" * size)
            received += len(client.recv(65535))
    return result(f"{count} datagrams echoed, source port {source_port}", size * count, received)


def ping(address, _port, size=56, count=1, timeout=1.5, source_port=0):
    """ICMP or ICMPv6 echo by hand, so that no ping program is needed. The source port is the identifier."""
    six = ":" in address
    identifier = source_port or os.getpid() & 0xFFFF
    received = 0
    with socket.socket(family_of(address), socket.SOCK_RAW, socket.IPPROTO_ICMPV6 if six else socket.IPPROTO_ICMP) as client:
        client.settimeout(timeout)
        for sequence in range(1, count + 1):
            client.sendto(echo_request(six, identifier, sequence, size), (address, 0))
            received += await_echo(client, (129 if six else 0, identifier, sequence), six, time.monotonic() + timeout)
    return result(f"{count} echo replies, identifier {identifier}", size * count, received)


def echo_request(six, identifier, sequence, size):
    message = struct.pack("!BBHHH", 128 if six else 8, 0, 0, identifier, sequence) + b"p" * (size + size % 2)
    if six:                                 # the kernel fills in ICMPv6 checksums
        return message
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    total = (total >> 16) + (total & 0xFFFF)
    return message[:2] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + message[4:]


def await_echo(client, wanted, six, deadline):
    """The octets of data in the wanted echo reply."""
    while time.monotonic() < deadline:
        datagram = client.recv(65535)
        message = datagram if six else datagram[(datagram[0] & 15) * 4:]
        if (message[0], *struct.unpack("!HH", message[4:8])) == wanted:
            return len(message) - 8
    raise socket.timeout("no echo reply")


def sctp(address, port, timeout=1.5, source_port=SCTP_SOURCE_PORT):
    """A hand-made INIT, as the kernel may have no SCTP; nothing answers, connection tracking sees it."""
    chunk = struct.pack("!BBHIIHHI", 1, 0, 20, 0x12345678, 0x10000, 10, 10, 1)
    checksum = crc32c(struct.pack("!HHII", source_port, port, 0, 0) + chunk)
    with socket.socket(family_of(address), socket.SOCK_RAW, socket.IPPROTO_SCTP) as client:
        client.settimeout(timeout)
        client.sendto(struct.pack("!HHI", source_port, port, 0) + struct.pack("<I", checksum) + chunk, (address, 0))
    return result("sctp INIT sent", 0, 0)


def crc32c(data):
    remainder = 0xFFFFFFFF
    for octet in data:
        remainder ^= octet
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0x82F63B78 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF


KINDS = {"tcp": tcp, "http": http, "udp": udp, "ping": ping, "sctp": sctp}
