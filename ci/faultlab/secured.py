# SPDX-License-Identifier: Apache-2.0
"""Certificates that are exchanged, and strangers, while exporters send over TLS and DTLS."""
import time

from . import programs, strangers
from .certificates import Authority, Credentials
from .load import Load
from .running import finish


class Cluster:
    """An aggregator, an exporter that sends to it over TLS and one over DTLS, each with a load of its own."""

    def __init__(self, bench, seconds, *options):
        self.bench, self.options = bench, options
        self.authority = Authority(bench, "first")
        self.places = [Credentials(bench, name, self.authority) for name in ("aggregator", "node1", "node2")]
        self.aggregator = self.start_aggregator()
        self.parts = [self.start("node1", "tls", 1, seconds), self.start("node2", "dtls", 3, seconds)]
        for _, exporter in self.parts:
            exporter.await_line("connected to the collector")

    def start_aggregator(self):
        listen = [f"{scheme}://127.0.0.1:{self.bench.port}" for scheme in ("tls", "dtls")]
        return self.bench.aggregator(listen, options=[*self.places[0].options, *self.options])

    def start(self, node, scheme, network, seconds):
        place = next(each for each in self.places if each.name == node)
        load = Load(node, 10 + network, seconds, 40, network=network)
        recording = load.write(self.bench.folder / f"recording-{node}")
        return load, self.exporter(recording, scheme, node, place, "--spool", self.bench.folder / f"spool-{node}")

    def exporter(self, recording, scheme, node, place, *options):
        return self.bench.exporter(recording, [f"{scheme}://127.0.0.1:{self.bench.port}"], *place.options, *options, node=node)

    @property
    def programs(self):
        return [self.aggregator, *(exporter for _, exporter in self.parts)]

    def exchange(self, change):
        """Changes every program's files, and waits until each has read them again."""
        behind = [len(each.log()) for each in self.programs]
        for place in self.places:
            change(place)
        for program, length in zip(self.programs, behind):
            program.await_line("certificates read again", behind=length)

    def rotate(self, name):
        """As docs/operations/certificates.md has it: believe both authorities, take the new one's certificates, forget the old."""
        old, new = self.authority, Authority(self.bench, name)
        self.exchange(lambda place: place.believe([old, new]))
        self.exchange(lambda place: place.take(new))
        self.exchange(lambda place: place.believe([new]))
        self.authority = new
        return old


def certificates_rotated(bench, rounds):
    cluster = Cluster(bench, 12 * rounds + 10)
    for index in range(rounds):
        old = cluster.rotate(f"next{index}")
    log = cluster.aggregator.log()
    opened, closed = log.count("session opened"), log.count("session closed")
    problems = [] if (opened, closed) == (2, 0) else [f"{opened} sessions were opened and {closed} closed while certificates were exchanged"]
    problems += try_sessions(cluster, old)
    # Whoever connects again has only what is new.
    cluster.aggregator.kill()
    cluster.aggregator = cluster.start_aggregator()
    verdict = finish(bench, cluster.aggregator, *cluster.parts)
    verdict.problems += problems
    again = cluster.aggregator.log().count("session opened")
    verdict.expect(again >= 2, f"{again} sessions were opened with the last certificates")
    verdict.note = f"{rounds} times; 2 sessions went on, 2 began anew"
    return verdict


def try_sessions(cluster, old):
    """What is wrong with new sessions: one with the old authority's certificate must be refused, one with the new one's taken."""
    bench, problems = cluster.bench, []
    nothing = Load("node3", 6, 2, 0).write(bench.folder / "nothing")
    for authority, sign in ((old, "does not know the authority"), (cluster.authority, "connected to the collector")):
        place = Credentials(bench, "node3", authority, believing=[cluster.authority])
        exporter = cluster.exporter(nothing, "tls", "node3", place)
        try:
            exporter.await_line(sign, 10)
        except programs.Failure as failure:
            problems.append(f"a new session: {failure}")
        exporter.kill()
        place.folder.rename(place.folder.with_name(f"{place.folder.name}-{authority.folder.name}"))
    return problems


def collector_killed(bench, scheme, times, pause, tail):
    """Over TLS and DTLS; after the last time the exporter has `tail` seconds to notice, which over DTLS only an answer tells."""
    authority = Authority(bench, "first")
    places = {name: Credentials(bench, name, authority) for name in ("aggregator", "node1")}
    collector = f"{scheme}://127.0.0.1:{bench.port}"
    load = Load("node1", 1, int(2 + times * pause + tail), 40)
    recording = load.write(bench.folder / "recording")
    aggregator = bench.aggregator([collector], options=places["aggregator"].options)
    exporter = bench.exporter(recording, [collector], *places["node1"].options, "--spool", bench.folder / "spool")
    exporter.await_line("connected to the collector")
    for _ in range(times):
        time.sleep(pause / 2)
        aggregator.kill()
        began = time.monotonic()
        aggregator = bench.aggregator([collector], options=places["aggregator"].options)
        time.sleep(max(0, pause / 2 - (time.monotonic() - began)))
    return finish(bench, aggregator, (load, exporter))


def strangers_come(bench, seconds):
    """More than there is room for say nothing, speak slowly, shake hands without end and send garbage, beside two exporters and a late one."""
    cluster = Cluster(bench, seconds + 6, "--sessions", "64", "--handshakes", "32", "--handshake-timeout", "2s", "--message-timeout", "2s")
    with strangers.Crowd(bench.port) as crowd:
        time.sleep(seconds / 2)
        cluster.places.append(Credentials(bench, "node4", cluster.authority))
        late = cluster.start("node4", "tls", 4, 3)
        time.sleep(seconds / 2)
    cluster.parts.append(late)
    verdict = finish(bench, cluster.aggregator, *cluster.parts)
    for _, exporter in cluster.parts:
        reconnects = exporter.value("reconnects")
        verdict.expect(reconnects == 0, f"an exporter lost its session {reconnects} times")
    refused = cluster.aggregator.value("handshakes refused")
    verdict.expect(refused > 0, "no stranger was refused")
    verdict.note = f"{crowd.connections} strangers connected, {crowd.datagrams} datagrams of theirs, {refused} refused"
    return verdict
