# SPDX-License-Identifier: Apache-2.0
"""Holds the store against the load."""


class Verdict:
    """What was sent, what is stored, and what is wrong with it."""

    def __init__(self, bench, load, exporter):
        self.sent = exporter.value("records")
        self.again = exporter.value("sent again")
        self.lost = 0
        self.metered = sum(load.expected.values())
        self.problems = []
        found = {}
        for source, port, destination, total, delta in bench.rows(
                "SELECT sourceIPAddress, sourceTransportPort, destinationIPAddress, octetTotalCount, octetDeltaCount FROM connections"):
            found.setdefault((source, port, destination), []).append((total, delta))
        self.stored = sum(delta or 0 for rows in found.values() for _, delta in rows)
        self.received = bench.number("SELECT sum(records) FROM exporters")
        self.compare(load.expected, found)

    def compare(self, expected, found):
        missing = [key for key in expected if key not in found]
        more = [key for key, rows in found.items() if len(rows) > 1]
        wrong = [key for key, octets in expected.items() if key in found and found[key] != [(octets, octets)] and key not in more]
        for keys, what in ((missing, "are missing"), (more, "are there more than once"), (wrong, "have other octets")):
            if keys:
                key = keys[0]
                self.problems.append(f"{len(keys)} connections {what}, such as {key}: {found.get(key)}, not {expected.get(key)}")

    def judge_datagrams(self, bench, path):
        """Lost datagrams cost records, which must be told to the record; what came must count once."""
        self.problems = []
        self.lost = bench.number("SELECT sum(lost) FROM exporters")
        duplicated = bench.number("SELECT sum(duplicated) FROM exporters")
        self.again = duplicated
        if self.received - duplicated + self.lost != self.sent:
            self.problems.append(f"received {self.received} - twice {duplicated} + lost {self.lost} is not sent {self.sent}")
        if self.lost < path.lost or path.lost == 0:
            self.problems.append(f"{path.lost} datagrams were lost on the way, {self.lost} records are told of")
        if self.stored > self.metered:
            self.problems.append(f"{self.stored} octets are stored of {self.metered}")

    @property
    def holds(self):
        return not self.problems
