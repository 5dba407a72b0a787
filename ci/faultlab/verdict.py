# SPDX-License-Identifier: Apache-2.0
"""Holds the store against the load."""


class Verdict:
    """What was sent, what is stored, and what is wrong with it."""

    def __init__(self, bench, parts):
        """By the parts of the load, each with its exporter."""
        self.sent = sum(exporter.value("records") for _, exporter in parts)
        self.again = sum(exporter.value("sent again") for _, exporter in parts)
        self.expected = {key: octets for load, _ in parts for key, octets in load.expected.items()}
        self.metered = sum(self.expected.values())
        self.note, self.problems = "", []
        found = {}
        for source, port, destination, total, delta in bench.rows(
                "SELECT sourceIPAddress, sourceTransportPort, destinationIPAddress, octetTotalCount, octetDeltaCount FROM connections"):
            found.setdefault((source, port, destination), []).append((total, delta))
        self.stored = sum(delta or 0 for rows in found.values() for _, delta in rows)
        self.received = bench.number("SELECT sum(records) FROM exporters")
        self.lost = bench.number("SELECT sum(lost) FROM exporters")
        # Every record comes once or more over a stream; what comes more than once may count once only.
        self.dropped = max(0, self.received + self.lost - self.sent)
        self.compare(found)

    def compare(self, found):
        expected = self.expected
        missing = [key for key in expected if key not in found]
        more = [key for key, rows in found.items() if len(rows) > 1]
        wrong = [key for key, octets in expected.items() if key in found and found[key] != [(octets, octets)] and key not in more]
        foreign = [key for key in found if key not in expected]
        for keys, what in ((missing, "are missing"), (more, "are there more than once"), (wrong, "have other octets"), (foreign, "were never sent")):
            if keys:
                key = keys[0]
                self.problems.append(f"{len(keys)} connections {what}, such as {key}: {found.get(key)}, not {expected.get(key)}")

    def expect(self, holds, problem):
        if not holds:
            self.problems.append(problem)

    def judge_datagrams(self, bench, path):
        """Lost datagrams cost records, which must be told to the record; what came must count once."""
        self.problems = []
        self.dropped = bench.number("SELECT sum(duplicated) FROM exporters")
        self.expect(self.received - self.dropped + self.lost == self.sent,
                    f"received {self.received} - duplicates {self.dropped} + lost {self.lost} is not sent {self.sent}")
        self.expect(0 < path.lost <= self.lost, f"{path.lost} datagrams were lost on the way, {self.lost} records are told of")
        self.expect(self.stored <= self.metered, f"{self.stored} octets are stored of {self.metered}")
        self.note = f"datagrams lost {path.lost}, doubled {path.doubled}, late {path.late}"

    @property
    def holds(self):
        return not self.problems
