# SPDX-License-Identifier: Apache-2.0
"""One flow of every kind, each checked: what should pass passed, what should be denied was."""
import dataclasses
import json
import shutil
import time

from ovslab import entries, health, inside
from ovslab.addresses import (
    DATABASE_PORT,
    DENIED_EGRESS_PORT,
    DENIED_INGRESS_PORT,
    ECHO_PORT,
    EXTERNAL,
    HTTP_PORT,
    SCTP_PORT,
    SERVICE,
    SERVICE_PORT,
)
from ovslab.console import LabError, attempt
from ovslab.namespaces import within
from ovslab.policies import ALLOW_DB_IN, DENY_IN, DENY_OUT


@dataclasses.dataclass(frozen=True)
class Kind:
    """A flow from `place`: either a probe's arguments or a command."""

    name: str
    place: str
    probe: dict = None
    command: tuple = None
    passes: bool = True
    remark: str = ""


def traffic(lab, arguments):
    health.require_healthy(lab)
    kinds = [kind for kind in all_kinds(lab) if not arguments.only or arguments.only in kind.name]
    if not kinds:
        raise LabError(f"no kind of flow has '{arguments.only}' in its name")
    wrong = 0
    for kind in kinds:
        start = time.monotonic()
        passed, unanswered, text = perform(lab, kind)
        # What is denied is not answered; an error on the way would be another matter.
        right = passed if kind.passes else unanswered
        wrong += not right
        remark = f"{text}; {kind.remark}" if kind.remark else text
        print(f"{'ok' if right else 'BAD':<4} {kind.name:<52} {'passed' if passed else 'blocked':<9} "
              f"{time.monotonic() - start:5.2f}s  {remark}", flush=True)
    total = len(kinds)
    if lab.is_kernel and not arguments.only:
        checks, bad = entries.check(lab)
        total, wrong = total + checks, wrong + bad
    print(f"{total - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


def perform(lab, kind):
    """Whether the flow passed, whether it had no answer at all, and a line about it."""
    namespace = lab.namespace_of(kind.place)
    if kind.probe:
        result = inside.call(namespace, "probe", timeout=30, **kind.probe)
        return result["ok"], result.get("unanswered", False), result["text"]
    result = attempt(within(namespace, kind.command), timeout=30)
    lines = (result.stdout.strip() or result.stderr.strip()).splitlines() or [""]
    return result.returncode == 0, False, throughput(result.stdout) if kind.command[0] == "iperf3" else lines[-1][:70]


def throughput(output):
    try:
        end = json.loads(output)["end"]
        return f"{end.get('sum_received', end.get('sum'))['bits_per_second'] / 1e6:.1f} Mbit/s"
    except (ValueError, KeyError, TypeError):
        return "no result from iperf3"


def all_kinds(lab):
    """The second node is the far one when there is one."""
    for family in (4, 6):
        yield from kinds_of(lab, family)
    # Last, as the kernel keeps an entry that saw only an INIT for a few seconds.
    far = "db-2" if lab.state.nodes > 1 else "db-1"
    remark = "its entry has the ports" if lab.is_kernel else "its entry has ports 0"
    for family in (4, 6):
        arguments = {"kind": "sctp", "address": lab.pod(far).address[family], "port": SCTP_PORT}
        yield Kind(f"v{family} sctp INIT inter-node", "client-1", arguments, remark=remark)


def kinds_of(lab, family):
    near, far = "1", "2" if lab.state.nodes > 1 else "1"
    version, client, hub = f"v{family}", f"client-{near}", "hub"
    denied = "its drop rule counts" if lab.is_kernel else "the controller gets a packet-in"

    def to(pod):
        return lab.pod(pod).address[family]

    def probe(name, place, kind, address, port=0, passes=True, remark="", **options):
        return Kind(f"{version} {name}", place, {"kind": kind, "address": address, "port": port, **options}, passes=passes, remark=remark)

    def command(name, *argv):
        return Kind(f"{version} {name}", client, command=argv)

    service = SERVICE[family]
    yield probe("ping intra-node", client, "ping", to(f"web-{near}"), count=2)
    yield probe("ping inter-node", client, "ping", to(f"web-{far}"), count=2)
    yield probe("http intra-node", client, "http", to(f"web-{near}"), HTTP_PORT)
    yield probe("http inter-node 1MB", client, "http", to(f"web-{far}"), HTTP_PORT, size=1_000_000)
    yield probe(f"tcp {DATABASE_PORT} inter-node (ingress rule {ALLOW_DB_IN.id:#x})", client, "http", to(f"db-{far}"), DATABASE_PORT,
                size=5000)
    yield probe("udp echo intra-node", client, "udp", to(f"db-{near}"), ECHO_PORT, size=200, count=5)
    yield probe("udp echo inter-node", client, "udp", to(f"db-{far}"), ECHO_PORT, size=200, count=5)
    yield probe("http to Service (DNAT)", client, "http", service, SERVICE_PORT, size=20_000)
    yield probe("http to Service again", client, "http", service, SERVICE_PORT, size=20_000)
    yield probe("http to external (SNAT by node)", client, "http", EXTERNAL[family], HTTP_PORT, size=3000)
    yield probe("http from external to pod", hub, "http", to(f"web-{near}"), HTTP_PORT)
    yield probe("http node to local pod", "node1", "http", to("web-1"), HTTP_PORT)
    for where, pod in (("intra", f"web-{near}"), ("inter", f"db-{far}")):
        yield probe(f"denied on ingress, {where}-node (rule {DENY_IN.id:#x})", client, "tcp", to(pod), DENIED_INGRESS_PORT, False, denied)
    yield probe(f"denied on egress (rule {DENY_OUT.id:#x})", client, "udp", to(f"db-{far}"), DENIED_EGRESS_PORT, False, denied)
    if shutil.which("iperf3"):
        yield command("iperf3 tcp inter-node 2s", "iperf3", "-c", to(f"web-{far}"), "-t", "2", "-J")
        yield command("iperf3 udp intra-node 1s 5M", "iperf3", "-c", to(f"web-{near}"), "-u", "-b", "5M", "-l", "1200", "-t", "1", "-J")
    if shutil.which("curl"):
        yield command("curl to Service", "curl", "-sS", "-m", "5", f"http://{f'[{service}]' if family == 6 else service}/")
