# SPDX-License-Identifier: Apache-2.0
"""The command line. Exit status: 0 done, 1 something was not as it should be, 2 could not run."""
import argparse
import contextlib
import fcntl
import os
import shlex
import signal
import sys

from ovslab import inside
from ovslab.capture import capture
from ovslab.console import LabError
from ovslab.ctnetlink import connections
from ovslab.fill import fill
from ovslab.lab import DATAPATHS, TUNNELS, Lab
from ovslab.lifecycle import down, up
from ovslab.load import load
from ovslab.namespaces import within
from ovslab.objects import print_objects
from ovslab.openvswitch import require_switch
from ovslab.policies import print_rule_map
from ovslab.replacement import replace
from ovslab.scenario import scenario
from ovslab.status import status
from ovslab.traffic import traffic

DESCRIPTION = """\
A real multi-node Open vSwitch lab on one machine, in network namespaces.

Every node is a namespace with its own OVS daemons, every pod a namespace behind a veth, and the nodes are joined by an
underlay in a "hub" namespace. Connections carry what Antrea's do: zones 65520 (IPv4) and 65510 (IPv6), the packet source
and the Service bit in the mark, ingress and egress rule ids in the labels. Nothing leaves this machine: no namespace has a
link to the root namespace. Needs root.
"""
EXAMPLES = """\
examples:
  ovs-lab up                                   two nodes, OVS's userspace datapath (a few seconds)
  ovs-lab up --datapath kernel                 two nodes whose kernel's conntrack carries the connections
  ovs-lab up --nodes 3 --extra-pods 5 --tunnel vxlan --accounting
  ovs-lab traffic                              one flow of every kind, each checked
  ovs-lab scenario --out flows.json            named flows, and exactly what each sent and received
  ovs-lab load --seconds 30 --rate 20          background traffic
  ovs-lab fill --count 100000                  a full connection table on node 1
  ovs-lab status                               sockets, addresses, counts
  ovs-lab objects > objects.json               Kubernetes objects;  ovs-lab rules > rules.yaml: the rule map
  ovs-lab appctl 1 dpctl/dump-conntrack -m -s  any ovs-appctl, ovs-ofctl or ovs-vsctl on node 1
  ovs-lab conntrack 1                          the kernel's connection table of node 1
  ovs-lab replace client-1 batch-1             another pod gets its addresses
  ovs-lab exec client-1 -- curl -sS 10.96.0.10 any command in a pod, nodeN or hub
  eval "$(ovs-lab env 1)"                      OVS_RUNDIR and friends of node 1
  ovs-lab down                                 end what up started, remove namespaces and files
"""
EXCLUSIVE = ("up", "down", "replace")
WITHOUT_ROOT = ("objects", "rules")


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.environ["PATH"] = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"
    try:
        if sys.argv[1:2] == [inside.FLAG]:
            return inside.main(*sys.argv[2:])
        return execute(parser().parse_args())
    except LabError as error:
        print(f"ovs-lab: error: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        return 130


def execute(arguments):
    lab = Lab(arguments.name)
    if arguments.command in WITHOUT_ROOT:
        return arguments.function(lab, arguments)
    if os.geteuid() != 0:
        raise LabError("must be run as root: it makes network namespaces")
    if arguments.command in EXCLUSIVE:
        return alone(lab, arguments)
    return arguments.function(lab, arguments)


def alone(lab, arguments):
    """One up or down of a lab at a time; the lock's file goes with the lab."""
    os.makedirs(os.path.dirname(lab.directory), exist_ok=True)
    path = lab.directory + ".lock"
    with locked(path):
        try:
            return arguments.function(lab, arguments)
        finally:
            if not os.path.isdir(lab.directory):
                os.unlink(path)


@contextlib.contextmanager
def locked(path):
    """Waits for the lock. Its file must still be the one of that name: whoever held it before may have removed it."""
    while True:
        with open(path, "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if os.path.exists(path) and os.path.samestat(os.fstat(lock.fileno()), os.stat(path)):
                yield
                return


def parser():
    top = argparse.ArgumentParser(prog="ovs-lab", description=DESCRIPTION, epilog=EXAMPLES,
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
    top.add_argument("--name", default=os.environ.get("OVS_LAB_NAME", "flab"),
                     help="1-6 letters or digits (default: OVS_LAB_NAME, else flab); labs of different names are independent")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def command(name, function, text):
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(function=function)
        return added

    add_building(command)
    add_traffic(command)
    add_reading(command)
    add_passing(command)
    return top


def add_building(command):
    added = command("up", up, "build the lab; does nothing when it is up, healthy and as asked")
    added.add_argument("--nodes", type=int, choices=range(1, 17), metavar="1..16", help="default 2")
    added.add_argument("--extra-pods", type=int, choices=range(101), metavar="0..100", help="more, idle pods on every node (default 0)")
    added.add_argument("--datapath", choices=DATAPATHS,
                       help="netdev (default): OVS's userspace datapath; kernel: Linux routes, the kernel's conntrack, OVS database only")
    added.add_argument("--tunnel", choices=TUNNELS, help="between netdev nodes (default geneve)")
    added.add_argument("--accounting", action="store_true", default=None,
                       help="netdev: learn one OpenFlow flow per direction of a connection (table 86), with exact counters")
    added.add_argument("--no-servers", dest="servers", action="store_false", help="do not start the servers in the pods")
    added = command("replace", replace, "delete a client or extra pod and give its addresses to another")
    added.add_argument("pod")
    added.add_argument("successor", help="the name of the other")
    added.add_argument("--untold", action="store_true", help="the switch's database goes on naming the pod that is gone")
    command("down", down, "end what up started and remove everything")
    command("status", status, "what runs; exit 1 when not up and healthy")


def add_traffic(command):
    added = command("traffic", traffic, "one flow of each kind, checked; exit 1 if any went wrong")
    added.add_argument("--only", help="only kinds whose name contains this text")
    added = command("scenario", scenario, "named flows with exact octets, as JSON; exit 1 if any went wrong")
    added.add_argument("--out", required=True, metavar="FILE", help="where the JSON goes")
    added = command("load", load, "bounded mixed traffic from every client pod")
    added.add_argument("--seconds", type=float, default=10)
    added.add_argument("--rate", type=float, default=20, help="flows a second per client pod (default 20)")
    added = command("fill", fill, "fill one node's connection table with UDP flows")
    added.add_argument("--count", type=int, default=100_000)
    added.add_argument("--node", type=int, default=1)
    added.add_argument("--pps", type=float, default=50_000, help="frames a second at most (default 50000)")
    added.add_argument("--timeout", type=int, default=600, help="UDP timeout to set, seconds (default 600)")
    added.add_argument("--ipv6", action="store_true")


def add_reading(command):
    command("objects", print_objects, "the lab as Kubernetes objects (JSON List)")
    command("rules", print_rule_map, "the rule map that an exporter reads (YAML)")
    added = command("conntrack", print_connections, "the kernel's connection table of node N")
    added.add_argument("node", type=int)
    added = command("env", print_environment, "shell exports for node N")
    added.add_argument("node", type=int)
    added = command("capture", capture, "verbatim dumps of every node into DIRECTORY")
    added.add_argument("directory")


def add_passing(command):
    for name, function, text in (("appctl", appctl, "ovs-appctl on node N"), ("ofctl", ofctl, "ovs-ofctl -O OpenFlow15 on node N"),
                                 ("vsctl", vsctl, "ovs-vsctl on node N")):
        added = command(name, function, text)
        added.add_argument("node", type=int)
        added.add_argument("rest", nargs=argparse.REMAINDER)
    added = command("exec", execute_in, "run a command in a pod, nodeN or hub")
    added.add_argument("place")
    added.add_argument("rest", nargs=argparse.REMAINDER)


def print_connections(lab, arguments):
    lab.require()
    for connection in connections(lab.existing_node(arguments.node).netns):
        print(connection)
    return 0


def print_environment(lab, arguments):
    lab.require()
    for name, value in lab.existing_node(arguments.node).environment.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def appctl(lab, arguments):
    lab.require()
    require_switch(lab)
    become(lab, arguments, "ovs-appctl")


def ofctl(lab, arguments):
    lab.require()
    require_switch(lab)
    become(lab, arguments, "ovs-ofctl", "-O", "OpenFlow15")


def vsctl(lab, arguments):
    lab.require()
    # Without an ovs-vswitchd a change would wait for ever to be carried out.
    become(lab, arguments, "ovs-vsctl", *(["--no-wait"] if lab.is_kernel else []))


def execute_in(lab, arguments):
    lab.require()
    rest = without_separator(arguments.rest)
    if not rest:
        raise LabError("exec needs a command: ovs-lab exec client-1 -- COMMAND")
    argv = within(lab.namespace_of(arguments.place), rest)
    os.execvp(argv[0], argv)


def become(lab, arguments, *argv):
    node = lab.existing_node(arguments.node)
    try:
        os.execvpe(argv[0], [*argv, *without_separator(arguments.rest)], node.full_environment())
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed") from error


def without_separator(rest):
    return rest[1:] if rest[:1] == ["--"] else rest
