# SPDX-License-Identifier: Apache-2.0
"""A recording for weir-exporter whose every connection, and every octet of it, is known."""
import datetime
import random

POD = "10.10.{}.{}"
PODS = 8
HEADER = "weir-recording 1 {}\n"


class Load:
    """Connections of one node: half of them to the outside, half to pods of another node, whose halves never come."""

    def __init__(self, node, seed, seconds, begun_each_second, first_port=1024, network=1):
        self.node, self.seconds, self.network = node, seconds, network
        chance = random.Random(seed)
        self.connections = []
        for second in range(seconds):
            for index in range(begun_each_second):
                number = len(self.connections)
                outside = index % 2 == 0
                self.connections.append({
                    "source": POD.format(network, 2 + number % PODS), "sourcePort": first_port + number // PODS,
                    "destination": f"198.51.100.{1 + number % 200}" if outside else f"10.10.2.{2 + number % 200}",
                    "begins": second, "ends": min(seconds, second + 1 + chance.randrange(6)), "rate": 100 + chance.randrange(10_000),
                })

    @property
    def expected(self):
        """Octets of each connection, by its addresses and source port."""
        return {(c["source"], c["sourcePort"], c["destination"]): self.octets(c, c["ends"] - 1) for c in self.connections}

    @staticmethod
    def octets(connection, second):
        return connection["rate"] * (second - connection["begins"] + 1)

    def write(self, folder):
        """Writes the recording: a poll each second, and at the end one that finds nothing."""
        folder.mkdir(parents=True, exist_ok=True)
        begin = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        alive, waiting = [], list(self.connections)
        with open(folder / "recording.txt", "w", encoding="utf-8") as file:
            file.write(HEADER.format(self.node))
            for second in range(self.seconds + 1):
                while waiting and waiting[0]["begins"] <= second:
                    alive.append(waiting.pop(0))
                alive = [c for c in alive if c["ends"] > second]
                file.write(f"at {(begin + datetime.timedelta(seconds=second)).strftime('%Y-%m-%dT%H:%M:%S.000Z')}\n")
                if second == 0:
                    file.write(f"pods {PODS}\n")
                    file.writelines(f"pod-{n} lab pod-{n}-abc {POD.format(self.network, 2 + n)}\n" for n in range(PODS))
                file.write(f"whole {len(alive)}\n")
                file.writelines(self.line(c, second) for c in alive)
        return folder

    def line(self, connection, second):
        octets = self.octets(connection, second)
        there = f"src={connection['source']},dst={connection['destination']},sport={connection['sourcePort']},dport=443"
        back = f"src={connection['destination']},dst={connection['source']},sport=443,dport={connection['sourcePort']}"
        return (f"tcp,orig=({there},packets={octets // 100 + 1},bytes={octets}),reply=({back},packets=1,bytes=60),id=0,zone=65520,status=0,"
                "timeout=86397,mark=1,protoinfo=(state_orig=ESTABLISHED,state_reply=ESTABLISHED)\n")
