# SPDX-License-Identifier: Apache-2.0
"""Many exporters in one process: each a session of its own, with connections of which every octet is known.

  sender.py PORT FIRST STEP END CONNECTIONS ROUNDS
"""
import socket
import struct
import sys
import time

TEMPLATE_ID = 256
# flowStartMilliseconds, ports, protocol, addresses, flowType; then what grows: flowEndMilliseconds, flowEndReason, totals and deltas.
ELEMENTS = [(152, 8, 0), (7, 2, 0), (11, 2, 0), (4, 1, 0), (8, 4, 0), (12, 4, 0), (137, 1, 56506),
            (153, 8, 0), (136, 1, 0), (86, 8, 0), (85, 8, 0), (2, 8, 0), (1, 8, 0)]
CONSTANT, GROWING = struct.Struct(">QHHBIIB"), struct.Struct(">QBQQQQ")
RECORD = CONSTANT.size + GROWING.size
RECORDS_A_MESSAGE = 200
ROUNDS_A_SECOND = 2
OCTETS_A_ROUND = 1500
TO_EXTERNAL, TCP, ACTIVE, ENDED = 3, 6, 2, 3



def send(port, numbers, connections, rounds):
    """One round after another of all sessions; whoever is not read from waits."""
    start = int(time.time() * 1000)
    sessions = [Session(port, number, connections, start) for number in numbers]
    began = time.monotonic()
    for index in range(1, rounds + 1):
        for session in sessions:
            session.send(index, index == rounds)
        time.sleep(max(0, began + index / ROUNDS_A_SECOND - time.monotonic()))
    for session in sessions:
        session.socket.close()


class Session:
    def __init__(self, port, number, connections, start):
        self.number, self.start, self.sequence = number, start, 0
        self.records = bytearray(connections * RECORD)
        for index in range(connections):
            CONSTANT.pack_into(self.records, index * RECORD, start, 1024 + index, 443, TCP, 0x0A0A0000 + number, 0xC6336401, TO_EXTERNAL)
        self.socket = socket.create_connection(("127.0.0.1", port))
        fields = b"".join(struct.pack(">HHI", number | 0x8000, length, enterprise) if enterprise else struct.pack(">HH", number, length)
                          for number, length, enterprise in ELEMENTS)
        self.write(struct.pack(">HHHH", 2, 8 + len(fields), TEMPLATE_ID, len(ELEMENTS)) + fields, 0)

    def send(self, index, is_last):
        end, reason = self.start + index * 1000 // ROUNDS_A_SECOND, ENDED if is_last else ACTIVE
        octets = index * OCTETS_A_ROUND
        for offset in range(CONSTANT.size, len(self.records), RECORD):
            GROWING.pack_into(self.records, offset, end, reason, index, octets, 1, OCTETS_A_ROUND)
        for offset in range(0, len(self.records), RECORDS_A_MESSAGE * RECORD):
            part = self.records[offset:offset + RECORDS_A_MESSAGE * RECORD]
            self.write(struct.pack(">HH", TEMPLATE_ID, 4 + len(part)) + part, len(part) // RECORD)

    def write(self, sets, count):
        self.socket.sendall(struct.pack(">HHIII", 10, 16 + len(sets), int(time.time()), self.sequence, 1000 + self.number) + sets)
        self.sequence += count


if __name__ == "__main__":
    to, first, step, end_of_numbers, count_of_connections, count_of_rounds = map(int, sys.argv[1:])
    send(to, range(first, end_of_numbers, step), count_of_connections, count_of_rounds)
