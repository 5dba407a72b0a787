# SPDX-License-Identifier: Apache-2.0
"""Many one-way UDP flows, fast: Ethernet frames made by hand and sent by sendmmsg from inside a pod."""
import ctypes
import socket
import struct
import time

BATCH = 128
PAYLOAD = b"ovs-lab-fill"
FIRST_SOURCE_PORT, SOURCE_PORTS, FIRST_DESTINATION_PORT = 2000, 60000, 20000
UDP_LENGTH = 8 + len(PAYLOAD)


class Vector(ctypes.Structure):
    """struct iovec"""
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Header(ctypes.Structure):
    """struct msghdr"""
    _fields_ = [("name", ctypes.c_void_p), ("name_length", ctypes.c_uint), ("vectors", ctypes.POINTER(Vector)),
                ("vector_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class Message(ctypes.Structure):
    """struct mmsghdr"""
    _fields_ = [("header", Header), ("length", ctypes.c_uint)]


def send_frames(source_mac, destination_mac, source, destination, count, frames_per_second):
    """Ports vary: 60,000 source ports, and as many destination ports as `count` needs."""
    send = ctypes.CDLL(None, use_errno=True).sendmmsg
    head, partial_sum = frame_head(source_mac, destination_mac, source, destination)
    length = len(head) + UDP_LENGTH
    buffer = bytearray((head + bytes(8) + PAYLOAD) * BATCH)
    base = ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer))
    vectors = (Vector * BATCH)(*(Vector(base + index * length, length) for index in range(BATCH)))
    messages = (Message * BATCH)()
    for index in range(BATCH):
        messages[index].header.vectors = ctypes.pointer(vectors[index])
        messages[index].header.vector_count = 1
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind(("eth0", 0))
        link.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        sent, start = 0, time.monotonic()
        while sent < count:
            ready = min(BATCH, count - sent)
            for index in range(ready):
                struct.pack_into("!HHHH", buffer, index * length + len(head), *udp_header(sent + index, partial_sum))
            done = 0
            while done < ready:
                result = send(link.fileno(), ctypes.byref(messages, done * ctypes.sizeof(Message)), ready - done, 0)
                if result < 0:
                    time.sleep(0.001)       # the queue of the device is full
                else:
                    done += result
            sent += ready
            time.sleep(max(0.0, start + sent / frames_per_second - time.monotonic()))
    return {"frames": sent}


def udp_header(number, partial_sum):
    source_port = FIRST_SOURCE_PORT + number % SOURCE_PORTS
    destination_port = FIRST_DESTINATION_PORT + number // SOURCE_PORTS
    return source_port, destination_port, UDP_LENGTH, ~folded(partial_sum + source_port + destination_port) & 0xFFFF or 0xFFFF


def frame_head(source_mac, destination_mac, source, destination):
    """Ethernet and IP headers, and the UDP checksum's sum without the ports."""
    ethernet = bytes.fromhex((destination_mac + source_mac).replace(":", ""))
    if ":" in source:
        addresses = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination)
        head = ethernet + b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, UDP_LENGTH, socket.IPPROTO_UDP, 64) + addresses
    else:
        addresses = socket.inet_aton(source) + socket.inet_aton(destination)
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + UDP_LENGTH, 1, 0, 64, socket.IPPROTO_UDP, 0) + addresses
        ip = ip[:10] + struct.pack("!H", ~folded(sum_of_words(ip)) & 0xFFFF) + ip[12:]
        head = ethernet + b"\x08\x00" + ip
    # The length is part of the pseudo header and of the UDP header.
    return head, sum_of_words(addresses) + socket.IPPROTO_UDP + 2 * UDP_LENGTH + sum_of_words(PAYLOAD)


def sum_of_words(data):
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


def folded(total):
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total
