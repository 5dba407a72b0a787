# SPDX-License-Identifier: Apache-2.0
"""The faults, each with a load of which every octet is known, the real programs, and a verdict."""
import contextlib
import pathlib
import struct
import subprocess
import time

from . import crowd, paths, programs
from .load import Load
from .verdict import Verdict

def scenarios(full):
    return {
        "collector killed 20 times": lambda bench: collector_killed(bench, 20, 40 if full else 14),
        "network cut": lambda bench: network_cut(bench, 60 if full else 8),
        "peer that never reads": lambda bench: peer_never_reads(bench, 30 if full else 4),
        "disk of the spool full": lambda bench: spool_disk_full(bench, 30 if full else 12),
        "exporter stopped while away": exporter_stopped,
        "collector's clock stepped by an hour": clock_stepped,
        "many exporters": lambda bench: crowd.run(bench, *((200, 1000, 60) if full else (40, 100, 10))),
        "datagrams lost, doubled, reordered": lambda bench: bad_datagrams(bench, 60 if full else 8),
    }


def collector_killed(bench, times, seconds):
    load = Load("node1", 1, seconds, 40)
    recording = load.write(bench.folder / "recording")
    aggregator = bench.aggregator()
    exporter = bench.exporter(recording, [f"tcp://127.0.0.1:{bench.port}"], "--spool", bench.folder / "spool")
    exporter.await_line("connected to the collector")
    pause = (seconds - 2) / times
    for _ in range(times):
        began = time.monotonic()
        time.sleep(max(0.05, pause / 2))
        aggregator.kill()
        aggregator = bench.aggregator()
        time.sleep(max(0, pause - (time.monotonic() - began)))
    return finish(bench, load, exporter, aggregator)


def network_cut(bench, seconds):
    load = Load("node1", 2, seconds + 8, 40)
    recording = load.write(bench.folder / "recording")
    with paths.CutNetwork(f"weir{bench.port}") as network:
        aggregator = bench.aggregator([f"tcp://192.0.2.2:{bench.port}"], network.far)
        exporter = bench.exporter(
            recording, [f"tcp://192.0.2.2:{bench.port}"], "--spool", bench.folder / "spool", inside=network.near)
        exporter.await_line("connected to the collector")
        time.sleep(2)
        network.pull()
        time.sleep(seconds)
        network.plug()
        return finish(bench, load, exporter, aggregator)


def peer_never_reads(bench, seconds):
    load = Load("node1", 3, seconds + 5, 40)
    recording = load.write(bench.folder / "recording")
    with paths.deaf_peer(bench.port) as accepted:
        exporter = bench.exporter(recording, [f"tcp://127.0.0.1:{bench.port}"], "--spool", bench.folder / "spool")
        exporter.await_line("connected to the collector")
        time.sleep(seconds)
        if not accepted:
            raise programs.Failure("nobody connected to the peer that never reads")
    return finish(bench, load, exporter, bench.aggregator())


def spool_disk_full(bench, seconds):
    """One record a message, so that the memory's mark is reached soon, and a disk that is smaller than the spool may be."""
    # The exporter may wait fifteen seconds before it looks for the collector again.
    load = Load("node1", 4, seconds + 18, 250)
    recording = load.write(bench.folder / "recording")
    disk = bench.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "weir-faults", disk], check=True)
    try:
        exporter = bench.exporter(
            recording, [f"tcp://127.0.0.1:{bench.port}"], "--spool", disk / "spool", "--profile", "antrea")
        exporter.await_line("the spool takes nothing", seconds + 10)
        time.sleep(1)
        return finish(bench, load, exporter, bench.aggregator())
    finally:
        with contextlib.suppress(NameError, UnboundLocalError):
            exporter.kill()
        subprocess.run(["umount", disk], check=False)


def exporter_stopped(bench):
    """What could not be sent is sent by the next program, which itself meters nothing new."""
    load = Load("node1", 5, 5, 60)
    recording = load.write(bench.folder / "recording")
    collector, spool = [f"tcp://127.0.0.1:{bench.port}"], ["--spool", bench.folder / "spool"]
    first = bench.exporter(recording, collector, *spool, speed="max")
    if first.wait(15) != 0 or first.value("kept in the spool") == 0:
        raise programs.Failure(f"the exporter kept nothing:\n{first.log()[-1500:]}")
    aggregator = bench.aggregator()
    nothing = Load("node1", 6, 2, 0).write(bench.folder / "nothing")
    second = bench.exporter(nothing, collector, *spool, speed="max")
    verdict = finish(bench, load, second, aggregator)
    verdict.sent = first.value("records")
    return verdict


def clock_stepped(bench):
    """The collector's clock alone: a replayed load goes by the exporter's."""
    library, offset = bench.folder / "stepped_clock.so", bench.folder / "offset"
    subprocess.run(["cc", "-shared", "-fPIC", "-O", "-o", library, pathlib.Path(__file__).with_name("stepped_clock.c")], check=True)
    offset.write_bytes(struct.pack("=q", 0))
    load = Load("node1", 7, 12, 40)
    recording = load.write(bench.folder / "recording")
    aggregator = bench.aggregator(environment={"LD_PRELOAD": str(library), "FAULT_CLOCK_OFFSET": str(offset)})
    exporter = bench.exporter(recording, [f"tcp://127.0.0.1:{bench.port}"], "--spool", bench.folder / "spool")
    exporter.await_line("connected to the collector")
    for step in (3600, 0, -3600, 0):
        time.sleep(2)
        with open(offset, "r+b") as file:
            file.write(struct.pack("=q", step))
    return finish(bench, load, exporter, aggregator)


def bad_datagrams(bench, seconds):
    load = Load("node1", 8, seconds + 4, 80)
    recording = load.write(bench.folder / "recording")
    aggregator = bench.aggregator([f"udp://127.0.0.1:{bench.port}"])
    path = paths.BadDatagrams(("127.0.0.1", bench.port), seed=8)
    # The templates, and the last datagrams, behind which there is none that could tell of their loss, come through.
    path.is_bad = False
    exporter = bench.exporter(recording, [f"udp://127.0.0.1:{path.port}"], "--profile", "antrea")
    exporter.await_line("connected to the collector")
    time.sleep(1)
    path.is_bad = True
    time.sleep(seconds)
    path.is_bad = False
    try:
        verdict = finish(bench, load, exporter, aggregator)
    finally:
        path.close()
    verdict.judge_datagrams(bench, path)
    return verdict


def finish(bench, load, exporter, aggregator):
    """Waits until the load is over and everything that may come has come."""
    status = exporter.wait(load.seconds + 40)
    if status != 0:
        raise programs.Failure(f"the exporter ended with {status}:\n{exporter.log()[-2500:]}")
    time.sleep(1)
    status = aggregator.stop()
    if status != 0:
        raise programs.Failure(f"the aggregator ended with {status}:\n{aggregator.log()[-1500:]}")
    return Verdict(bench, load, exporter)
