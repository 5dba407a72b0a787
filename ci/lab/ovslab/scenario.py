# SPDX-License-Identifier: Apache-2.0
"""Runs the named flows once, counts exactly what each sent and received, and writes that down for a test to assert on."""
import concurrent.futures
import json
import os
import shutil
import time

from ovslab import counters, health, inside
from ovslab.console import LabError, attempt, note
from ovslab.flows import INTRA_NODE, all_flows
from ovslab.namespaces import within

PORTS_A_RUN = 32
FIRST_SOURCE_PORT = 12000       # below the ephemeral ports, above the servers'
RUNS_WITHOUT_REPEAT = 600
SECONDS_TO_SETTLE = 3.0
SMALLEST_HEADERS = {(6, 4): 40, (6, 6): 60, (17, 4): 28, (17, 6): 48, (1, 4): 28, (58, 6): 48}


def scenario(lab, arguments):
    require_all(lab, arguments.out)
    # Each run has source ports of its own, so that no earlier connection is still closing on them.
    first_port = FIRST_SOURCE_PORT + int(time.time()) % RUNS_WITHOUT_REPEAT * PORTS_A_RUN
    flows = all_flows(lab, first_port)
    start = time.monotonic()
    results, counted = run_counted(lab, flows)
    records = [record(lab, flow, results[flow.index], counted[flow.place]) for flow in flows]
    write(arguments.out, records)
    wrong = 0
    for flow, entry in zip(flows, records):
        found = list(complaints(flow, entry, results[flow.index]))
        wrong += bool(found)
        for complaint in found:
            note(f"{flow.name}: {complaint}")
    print(f"{len(records)} flows in {time.monotonic() - start:.1f} s, {wrong} not as expected; {arguments.out}")
    return 1 if wrong else 0


def run_counted(lab, flows):
    """What became of each flow, by index, and the counters of each place."""
    namespaces = {place: lab.namespace_of(place) for place in sorted({flow.place for flow in flows})}
    pods = [namespaces[place] for place in namespaces if place != "hub"]
    try:
        for place, namespace in namespaces.items():
            counters.install(namespace, [flow for flow in flows if flow.place == place])
        for namespace in pods:
            counters.limit_bursts(namespace, 1)
        results = {}
        for group in groups(flows):
            results.update(together(lab, group))
        return results, {place: settled(namespace) for place, namespace in namespaces.items()}
    finally:
        for namespace in pods:
            counters.limit_bursts(namespace, counters.UNLIMITED)
        for namespace in namespaces.values():
            counters.remove(namespace)


def require_all(lab, out):
    health.require_healthy(lab)
    if lab.state.nodes < 2:
        raise LabError("the scenario needs two nodes: ovs-lab up --nodes 2")
    if not shutil.which("iperf3"):
        raise LabError("the scenario needs iperf3: apt-get install -y --no-install-recommends iperf3")
    directory = os.path.dirname(os.path.abspath(out))
    if not os.access(directory, os.W_OK):
        raise LabError(f"cannot write into {directory}")


def groups(flows):
    """Flows that run at the same time: the bulk flows, then the denied ones, which only wait; the small ones one by one."""
    yield [flow for flow in flows if flow.is_bulk]
    yield [flow for flow in flows if flow.verdict == "deny"]
    yield from ([flow] for flow in flows if not flow.is_bulk and flow.verdict == "allow")


def together(lab, flows):
    """Runs the flows at the same time; what became of each, by index."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(flows)) as pool:
        return dict(zip((flow.index for flow in flows), pool.map(lambda flow: perform(lab, flow), flows)))


def perform(lab, flow):
    started = milliseconds()
    namespace = lab.namespace_of(flow.place)
    result = iperf(namespace, flow) if flow.is_bulk else inside.call(namespace, "probe", timeout=30, **flow.probe)
    return {**result, "startMilliseconds": started, "endMilliseconds": milliseconds()}


def milliseconds():
    return time.time_ns() // 1_000_000


def iperf(namespace, flow):
    """iperf3's own account of its data connection; its control connection uses the same port and another source port."""
    argv = ["iperf3", "-c", flow.destination, "-p", str(flow.destination_port), "--cport", str(flow.source_port), "-J", *flow.iperf]
    outcome = attempt(within(namespace, argv), timeout=20)
    try:
        report = json.loads(outcome.stdout)
    except ValueError:
        return {"ok": False, "text": f"iperf3: {(outcome.stderr or outcome.stdout)[-200:]}"}
    if "error" in report:
        return {"ok": False, "text": f"iperf3: {report['error']}"}
    sent = report["end"]["sum_sent"]["bytes"]
    port = report["start"]["connected"][0]["local_port"]
    if port != flow.source_port:
        return {"ok": False, "text": f"used source port {port}", "sentOctets": sent, "receivedOctets": 0}
    return {"ok": outcome.returncode == 0, "text": "", "sentOctets": sent, "receivedOctets": 0}


def settled(namespace):
    """The counters once they stand still: the last segments of a connection come after its client has its answer."""
    deadline = time.monotonic() + SECONDS_TO_SETTLE
    before, now = None, counters.read(namespace)
    while before != now and time.monotonic() < deadline:
        time.sleep(0.3)
        before, now = now, counters.read(namespace)
    return now


def record(lab, flow, result, counted):
    destination_pod = flow.destination_pod or result.get("pod")
    destination_node = lab.pod(destination_pod).node.name if destination_pod in {pod.name for pod in lab.pods} else None
    source_node = lab.pod(flow.place).node.name if flow.source_pod else None
    return {"name": flow.name, "protocol": flow.protocol, "source": flow.source,
            "sourcePort": 0 if flow.is_icmp else flow.source_port,
            "destination": flow.destination, "destinationPort": flow.destination_port,
            "icmpIdentifier": flow.source_port if flow.is_icmp else None, "service": flow.service,
            "sourcePod": flow.source_pod, "destinationPod": destination_pod if destination_node else None,
            "sourceNode": source_node, "destinationNode": destination_node,
            "flowType": INTRA_NODE if source_node and source_node == destination_node else flow.flow_type, "verdict": flow.verdict,
            "ingressRule": flow.ingress_rule, "egressRule": flow.egress_rule,
            "startMilliseconds": result["startMilliseconds"], "endMilliseconds": result["endMilliseconds"],
            "sent": direction(flow.attempted_octets if flow.verdict == "deny" else result.get("sentOctets"), counted[f"sent_{flow.index}"]),
            "received": direction(result.get("receivedOctets", 0), counted[f"received_{flow.index}"])}


def direction(payload, counter):
    packets, octets = counter
    return {"payloadOctets": payload, "packets": packets, "ipOctets": octets}


def complaints(flow, entry, result):
    """What is wrong with a flow; none when it behaved."""
    if flow.verdict == "deny":
        if not result.get("unanswered"):
            yield f"was to be denied: {result['text']}"
        if entry["received"]["packets"]:
            yield "was to be denied and got an answer"
        if not entry["sent"]["packets"]:
            yield "sent nothing"
        return
    if not result["ok"]:
        yield f"was to pass and did not: {result['text']}"
        return
    if flow.service and not entry["destinationPod"]:
        yield f"was answered by {result.get('pod')}, not by a pod"
    smallest = SMALLEST_HEADERS[flow.protocol, flow.family]
    for name in ("sent", "received"):
        packets, octets, payload = entry[name]["packets"], entry[name]["ipOctets"], entry[name]["payloadOctets"] or 0
        if octets < payload + packets * smallest or not packets:
            yield f"{name} {payload} octets of payload, but its {packets} packets counted only {octets} octets"


def write(path, records):
    """One record a line, so that a person can grep."""
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write("[\n" + ",\n".join(json.dumps(entry) for entry in records) + "\n]\n")
    except OSError as error:
        raise LabError(f"cannot write {path}: {error}") from error
