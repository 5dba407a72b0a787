# SPDX-License-Identifier: Apache-2.0
"""Runs nfdump on datagrams of IPFIX and NetFlow v9, for the scripts that compare its answers with Weir's."""
import contextlib
import json
import os
import socket
import struct
import subprocess
import tempfile
import time


def payloads(capture):
    """The datagrams of a capture, by tshark."""
    lines = subprocess.run(["tshark", "-r", capture, "-Y", "udp", "-T", "fields", "-e", "udp.payload"], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True, timeout=120, check=True).stdout.split()
    return [bytes.fromhex(line.replace(":", "")) for line in lines]


@contextlib.contextmanager
def collected(datagrams, folder):
    """A folder of nfcapd's files, which gets the datagrams on a port of its own on loopback."""
    with tempfile.TemporaryDirectory(dir=folder) as spool:
        port = free_port()
        collector = subprocess.Popen(["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-l", spool, "-B", "8000000"], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE, text=True)
        # The line that says that nfcapd has bound its socket.
        while (line := collector.stderr.readline()) and "Startup" not in line:
            pass
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
            exporter.connect(("127.0.0.1", port))
            for datagram in datagrams:
                exporter.send(datagram)
                time.sleep(0.0002)
        time.sleep(0.5)
        collector.terminate()
        collector.communicate(timeout=10)
        yield spool


def nfdump(spool, *arguments):
    """The flows that nfdump finds in a folder, one object each."""
    text = subprocess.run(["nfdump", "-R", spool, "-q", "-o", "json", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          timeout=60, env={**os.environ, "TZ": "UTC"}, check=True).stdout
    if "{" not in text:
        return []
    # Quiet, nfdump leaves out the brackets around what it lists.
    return json.loads("[" + text.strip().strip("[],") + "]")


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def capture_of(payloads, seconds):
    """A capture of raw IP packets, all of one second."""
    file = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 101)
    for payload in payloads:
        datagram = struct.pack(">HHHH", 50000, 4739, 8 + len(payload), 0) + payload
        packet = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0, bytes([192, 0, 2, 1]), bytes([192, 0, 2, 9])) + datagram
        file += struct.pack("<IIII", seconds, 0, len(packet), len(packet)) + packet
    return file
