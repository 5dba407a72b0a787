# SPDX-License-Identifier: Apache-2.0
"""The faults, each with a load of which every octet is known, the real programs, and a verdict."""
import contextlib
import os
import subprocess
import time

from . import clocks, crowd, paths, programs, secured
from .load import Load
from .running import finish


def scenarios(full):
    return {
        "collector killed 20 times": lambda bench: collector_killed(bench, 20, 40 if full else 14),
        "killed over TLS": lambda bench: secured.collector_killed(bench, "tls", 20 if full else 5, 2, 2),
        "killed over DTLS": lambda bench: secured.collector_killed(bench, "dtls", 20 if full else 3, 3, 9),
        "certificates rotated": lambda bench: secured.certificates_rotated(bench, 5 if full else 1),
        "strangers of every kind": lambda bench: secured.strangers_come(bench, 30 if full else 8),
        "network cut": lambda bench: network_cut(bench, 60 if full else 8),
        "peer that never reads": lambda bench: peer_never_reads(bench, 30 if full else 4),
        "disk of the spool full": lambda bench: spool_disk_full(bench, 30 if full else 12),
        "disk of the store full": lambda bench: store_disk_full(bench, 20 if full else 8),
        "exporter stopped while away": exporter_stopped,
        "collector's clock stepped an hour": lambda bench: clocks.stepped(bench, "collector", "tcp"),
        "the same over UDP": lambda bench: clocks.stepped(bench, "collector", "udp"),
        "exporter's clock stepped an hour": lambda bench: clocks.stepped(bench, "exporter", "tcp"),
        "datagrams lost, doubled, reordered": lambda bench: bad_datagrams(bench, 60 if full else 8),
        "many exporters, TCP": lambda bench: crowd.run(bench, "tcp", *((200, 60, 2000) if full else (40, 10, 200))),
        "many exporters, TLS": lambda bench: crowd.run(bench, "tls", *((200, 60, 2000) if full else (40, 10, 200))),
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
    return finish(bench, aggregator, (load, exporter))


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
        return finish(bench, aggregator, (load, exporter))


def peer_never_reads(bench, seconds):
    load = Load("node1", 3, seconds + 5, 40)
    recording = load.write(bench.folder / "recording")
    with paths.deaf_peer(bench.port) as accepted:
        exporter = bench.exporter(recording, [f"tcp://127.0.0.1:{bench.port}"], "--spool", bench.folder / "spool")
        exporter.await_line("connected to the collector")
        time.sleep(seconds)
        if not accepted:
            raise programs.Failure("nobody connected to the peer that never reads")
    return finish(bench, bench.aggregator(), (load, exporter))


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
        exporter.await_line("the spool takes nothing", seconds + 60)
        time.sleep(1)
        return finish(bench, bench.aggregator(), (load, exporter))
    finally:
        with contextlib.suppress(NameError, UnboundLocalError):
            exporter.kill()
        subprocess.run(["umount", disk], check=False)


def store_disk_full(bench, seconds):
    """The log of the store takes up the disk; then there is room again, and the aggregator goes on by itself."""
    load = Load("node1", 5, seconds + 25, 60)
    recording = load.write(bench.folder / "recording")
    disk = bench.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "weir-faults", disk], check=True)
    bench.store = disk / "flows.db"
    others = disk / "of-others"
    try:
        aggregator = bench.aggregator()
        room = os.statvfs(disk)
        others.write_bytes(bytes(room.f_bavail * room.f_bsize - (256 << 10)))
        exporter = bench.exporter(recording, [f"tcp://127.0.0.1:{bench.port}"], "--spool", bench.folder / "spool")
        aggregator.await_line("store refuses to write", seconds + 60)
        time.sleep(seconds)
        if "store writes again" in aggregator.log():
            raise programs.Failure("the store writes although there is no room")
        others.unlink()
        aggregator.await_line("store writes again", 20)
        return finish(bench, aggregator, (load, exporter))
    finally:
        for process in bench.processes:
            process.kill()
        # The verdict is made by now; readers are done.
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
    verdict = finish(bench, aggregator, (load, first), (Load("node1", 6, 2, 0), second))
    verdict.note = f"{first.value('kept in the spool')} records were kept"
    return verdict


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
        verdict = finish(bench, aggregator, (load, exporter), path=path)
    finally:
        path.close()
    verdict.judge_datagrams(bench, path)
    return verdict
