# SPDX-License-Identifier: Apache-2.0
"""Captures of what is seldom: made frame by frame, for ci/conversations. Each is small, and every octet in it is known."""
import ipaddress
import itertools
import pathlib
import struct

ETHERNET, RAW, LINUX_COOKED, LINUX_COOKED_2, LOOPBACK = 1, 101, 113, 276, 0
TCP, UDP, ICMP, ICMP6, SCTP = 6, 17, 1, 58, 132
SYN, ACK, FIN, RST, PSH = 0x02, 0x10, 0x01, 0x04, 0x08
A, B, A6, B6 = "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"


def write_all(folder):
    """Writes every capture and returns their paths."""
    folder = pathlib.Path(folder)
    paths = []
    for name, (link, packets) in CAPTURES.items():
        path = folder / f"{name}.pcap"
        path.write_bytes(pcap(link, packets()))
        paths.append(path)
    frames = list(ethernet(everyday()))
    forms = {"nanoseconds.pcap": pcap(ETHERNET, frames, nanoseconds=True), "big-endian.pcap": pcap(ETHERNET, frames, order=">"),
             "cut.pcap": pcap(ETHERNET, frames, snaplen=80), "blocks.pcapng": pcapng(frames)}
    for name, octets in forms.items():
        (folder / name).write_bytes(octets)
        paths.append(folder / name)
    return paths


# Files


def pcap(link, frames, order="<", nanoseconds=False, snaplen=65535):
    octets = struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)
    for number, frame in enumerate(frames):
        kept = frame[:snaplen]
        octets += struct.pack(order + "IIII", 1_700_000_000 + number // 100, number % 100 * 10_000, len(kept), len(frame)) + kept
    return octets


def pcapng(frames):
    """Two interfaces with other units of time, and a block that nobody knows. libpcap reads no file with links of two kinds."""
    octets = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)) + block(1, struct.pack("<HHI", ETHERNET, 0, 0))
    octets += block(1, struct.pack("<HHI", ETHERNET, 0, 0) + struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)) + block(0x0BAD, b"unknown!")
    for number, frame in enumerate(frames):
        interface, body = number % 2, frame
        time = (1_700_000_000 * 1_000_000 + number * 10_000) * (1000 if interface else 1)
        padding = bytes(-len(body) % 4)
        octets += block(6, struct.pack("<IIIII", interface, time >> 32, time & 0xFFFFFFFF, len(body), len(body)) + body + padding)
    return octets


def block(kind, body):
    length = 12 + len(body)
    return struct.pack("<II", kind, length) + body + struct.pack("<I", length)


# Links


def ethernet(packets, tags=()):
    for packet in packets:
        kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
        head = b"\2\0\0\0\0\1\2\0\0\0\0\2"
        for tag_kind, tag in tags:
            head += struct.pack("!HH", tag_kind, tag)
        frame = head + struct.pack("!H", kind) + packet
        # Ethernet pads to sixty octets: the padding is of the frame and not of the packet.
        yield frame + bytes(max(0, 60 - len(frame)))


def cooked(packets):
    for packet in packets:
        kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
        yield struct.pack("!HHH8sH", 0, 1, 6, b"\2\0\0\0\0\1", kind) + packet


def cooked2(packets):
    for packet in packets:
        kind = 0x86DD if packet[0] >> 4 == 6 else 0x0800
        yield struct.pack("!HHIHBB8s", kind, 0, 3, 1, 0, 6, b"\2\0\0\0\0\1") + packet


def loopback(packets):
    for packet in packets:
        yield struct.pack("<I", 30 if packet[0] >> 4 == 6 else 2) + packet


# Packets


def ip(source, destination, protocol, payload, options=b"", identifier=0, fragment=0, length=None):
    size = 20 + len(options)
    head = struct.pack("!BBHHHBBH4s4s", 0x40 | size // 4, 0, size + len(payload) if length is None else length, identifier, fragment, 64, protocol, 0,
                       ipaddress.ip_address(source).packed, ipaddress.ip_address(destination).packed) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def ip6(source, destination, protocol, payload, *headers):
    """`headers` are of extensions: number and octets after the first, which is filled in."""
    numbers = [number for number, _ in headers] + [protocol]
    chain = b"".join(bytes([following]) + octets for (_, octets), following in zip(headers, numbers[1:]))
    return struct.pack("!IHBB16s16s", 6 << 28, len(chain) + len(payload), numbers[0], 64, ipaddress.ip_address(source).packed,
                       ipaddress.ip_address(destination).packed) + chain + payload


def tcp(source_port, destination_port, flags, sequence=1, acknowledgement=1, payload=b"", options=b""):
    return struct.pack("!HHIIBBHHH", source_port, destination_port, sequence, acknowledgement, (20 + len(options)) << 2, flags, 8192, 0, 0) + options + payload


def udp(source_port, destination_port, payload=b"", length=None):
    return struct.pack("!HHHH", source_port, destination_port, 8 + len(payload) if length is None else length, 0) + payload


def checksum(octets):
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


# What is said


def session(source, destination, port, wrap, first=1000):
    """A whole TCP connection, from SYN to the last ACK."""
    yield wrap(source, destination, TCP, tcp(port, 80, SYN, first))
    yield wrap(destination, source, TCP, tcp(80, port, SYN | ACK, 5000, first + 1))
    yield wrap(source, destination, TCP, tcp(port, 80, ACK | PSH, first + 1, 5001, b"GET /"))
    yield wrap(destination, source, TCP, tcp(80, port, ACK | PSH, 5001, first + 6, b"x" * 700))
    yield wrap(source, destination, TCP, tcp(port, 80, ACK | FIN, first + 6, 5701))
    yield wrap(destination, source, TCP, tcp(80, port, ACK | FIN, 5701, first + 7))
    yield wrap(source, destination, TCP, tcp(port, 80, ACK, first + 7, 5702))


def everyday():
    yield from session(A, B, 40000, ip)
    yield from session(A6, B6, 40001, ip6)
    yield ip(A, B, UDP, udp(5000, 53, b"q" * 30))
    yield ip(B, A, UDP, udp(53, 5000, b"a" * 90))
    yield ip6(A6, B6, UDP, udp(5000, 53, b"q" * 30))


def reused():
    """The same ports three times: after an end, after a reset, and with no end at all."""
    yield from session(A, B, 40010, ip, 1000)
    yield from session(A, B, 40010, ip, 900_000)
    yield ip(B, A, TCP, tcp(80, 40010, RST, 5702))
    yield ip(A, B, TCP, tcp(40010, 80, SYN, 7_000_000))
    yield ip(B, A, TCP, tcp(80, 40010, RST | ACK, 0, 7_000_001))


def begun_before():
    """No SYN was captured; the first packet is an answer."""
    yield ip(B, A, TCP, tcp(443, 41000, ACK, 100, 200, b"y" * 100))
    yield ip(A, B, TCP, tcp(41000, 443, ACK, 200, 200))
    yield ip(A, B, TCP, tcp(41000, 443, RST, 200))


def with_options():
    yield ip(A, B, UDP, udp(6000, 6001, b"options"), options=b"\x94\4\0\0" * 2)
    yield ip(A, B, TCP, tcp(6000, 6002, SYN, options=b"\2\4\5\xb4\1\3\3\7"), options=b"\x44\x0c\5\0" + bytes(8))


def extended():
    """IPv6 with every extension header that there may be before a transport header."""
    hop, destination, routing = (0, b"\0\1\4\0\0\0\0"), (60, b"\0\1\4\0\0\0\0"), (43, b"\0\0\0\0\0\0\0")
    atomic, authentication = (44, b"\0\0\0\0\0\0\7"), (51, b"\4\0\0\0\0\0\1\0\0\0\1" + bytes(12))
    for number, headers in enumerate(([hop], [destination], [hop, destination, routing, destination], [atomic], [authentication], [hop, authentication])):
        yield ip6(A6, B6, UDP, udp(7000 + number, 53, b"e" * 20), *headers)
    yield ip6(A6, B6, 59, b"")


def fragmented():
    """In order, the last first, the middle missing, twice the same, and one that is alone."""
    payload = udp(8000, 8001, b"f" * 2992)
    parts = [(0, True), (1000, True), (2000, False)]

    def part(identifier, offset, more):
        return ip(A, B, UDP, payload[offset:offset + 1000], identifier=identifier, fragment=(0x2000 if more else 0) | offset // 8)

    for identifier, order in ((1, (0, 1, 2)), (2, (2, 1, 0)), (3, (0, 2)), (4, (0, 1, 1, 2))):
        for index in order:
            yield part(identifier, *parts[index])
    yield part(5, *parts[1])


def errors():
    """ICMP messages that carry the packet they are about, queries and answers, and types of no query."""
    inner = ip(A, B, UDP, udp(9000, 9001, b"lost"))
    yield inner
    yield ip(B, A, ICMP, b"\3\3\0\0\0\0\0\0" + inner[:28])
    for sequence in range(3):
        yield ip(A, B, ICMP, struct.pack("!BBHHH", 8, 0, 0, 77, sequence) + b"ping")
        yield ip(B, A, ICMP, struct.pack("!BBHHH", 0, 0, 0, 77, sequence) + b"ping")
    yield ip6(A6, B6, ICMP6, b"\x80\0\0\0\0\7\0\1ping")
    yield ip6(B6, A6, ICMP6, b"\x81\0\0\0\0\7\0\1ping")
    yield ip6(A6, "ff02::1:ff00:2", ICMP6, b"\x87\0\0\0\0\0\0\0" + ipaddress.ip_address(B6).packed)


def other_protocols():
    yield ip(A, B, SCTP, struct.pack("!HHII", 5060, 5061, 0, 0) + b"\1\0\0\x14" + bytes(16))
    yield ip(B, A, SCTP, struct.pack("!HHII", 5061, 5060, 1, 0) + b"\2\0\0\x14" + bytes(16))
    yield ip(A, "224.0.0.5", 89, b"\2\1\0\x18" + bytes(20))
    yield ip(A, B, 50, b"\0\0\0\1\0\0\0\1" + bytes(40))
    yield ip(A, "255.255.255.255", UDP, udp(68, 67, b"dhcp" * 50))


def odd():
    """What is not as it should be and comes all the same. A UDP length of zero or beyond the packet is not among it: tshark counts that frame of no
    conversation."""
    yield ip(A, A, UDP, udp(9, 9, b"to itself"))
    yield ip(A, B, TCP, tcp(0, 0, SYN))
    yield ip(A, B, TCP, tcp(3, 4, 0xFF))
    yield ip("0.0.0.0", B, UDP, udp(5, 6))


CAPTURES = {
    "everyday": (ETHERNET, lambda: ethernet(everyday())),
    "vlan": (ETHERNET, lambda: ethernet(everyday(), [(0x8100, 100)])),
    "vlan-in-vlan": (ETHERNET, lambda: ethernet(everyday(), [(0x88A8, 7), (0x8100, 100)])),
    "raw": (RAW, everyday), "cooked": (LINUX_COOKED, lambda: cooked(everyday())), "cooked2": (LINUX_COOKED_2, lambda: cooked2(everyday())),
    "loopback": (LOOPBACK, lambda: loopback(everyday())),
    "reused": (ETHERNET, lambda: ethernet(reused())), "begun-before": (ETHERNET, lambda: ethernet(begun_before())),
    "options": (ETHERNET, lambda: ethernet(with_options())), "extension-headers": (ETHERNET, lambda: ethernet(extended())),
    "fragments": (ETHERNET, lambda: ethernet(fragmented())), "icmp": (ETHERNET, lambda: ethernet(errors())),
    "other-protocols": (ETHERNET, lambda: ethernet(other_protocols())), "odd": (ETHERNET, lambda: ethernet(odd())),
    "all-at-once": (ETHERNET, lambda: ethernet(itertools.chain(everyday(), reused(), begun_before(), fragmented(), errors(), other_protocols()))),
}
