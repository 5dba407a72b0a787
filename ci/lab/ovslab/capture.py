# SPDX-License-Identifier: Apache-2.0
"""Verbatim dumps of every node, one file a command; the first line of a file is the command."""
import json
import os
import shutil

from ovslab import ctnetlink
from ovslab.addresses import ZONES
from ovslab.console import attempt, note
from ovslab.namespaces import within
from ovslab.pipeline import POLICY, TABLES, cookie

APPCTL = {"dump-conntrack-m-s": ("dpctl/dump-conntrack", "-m", "-s"),
          "dump-conntrack": ("dpctl/dump-conntrack",),
          **{f"dump-conntrack-m-s-zone{zone}": ("dpctl/dump-conntrack", "-m", "-s", "netdev@ovs-netdev", f"zone={zone}")
             for zone in ZONES.values()},
          "ct-stats-show": ("dpctl/ct-stats-show",),
          "ct-stats-show-m": ("dpctl/ct-stats-show", "-m"),
          "ct-bkts": ("dpctl/ct-bkts",),
          "ct-get-maxconns": ("dpctl/ct-get-maxconns",),
          "ct-get-nconns": ("dpctl/ct-get-nconns",),
          "ct-get-tcp-seq-chk": ("dpctl/ct-get-tcp-seq-chk",),
          "dpctl-show-s": ("dpctl/show", "-s"),
          "dpctl-dump-flows": ("dpctl/dump-flows",),
          "dpctl-dump-flows-m": ("dpctl/dump-flows", "-m"),
          "dpif-show": ("dpif/show",),
          "dpif-dump-flows-br-int": ("dpif/dump-flows", "-m", "br-int"),
          "dpif-netdev-pmd-stats-show": ("dpif-netdev/pmd-stats-show",),
          "upcall-show": ("upcall/show",),
          "coverage-show": ("coverage/show",),
          "memory-show": ("memory/show",),
          "ovs-route-show": ("ovs/route/show",),
          "tnl-ports-show": ("tnl/ports/show", "-v"),
          "list-commands": ("list-commands",)}
OFCTL = {"dump-flows-of15": ("dump-flows", "br-int"),
         "dump-flows-np-cookie": ("dump-flows", "br-int", f"cookie={cookie(POLICY, 0)}/0xff0000000000"),
         "dump-aggregate": ("dump-aggregate", "br-int"),
         "dump-ports": ("dump-ports", "br-int"),
         "dump-ports-desc": ("dump-ports-desc", "br-int"),
         "dump-groups": ("dump-groups", "br-int"),
         "dump-group-stats": ("dump-group-stats", "br-int"),
         "dump-tables": ("dump-tables", "br-int"),
         "show": ("show", "br-int")}
DATABASE = {"vsctl-show": ("ovs-vsctl", "show"), "vsctl-list-interface": ("ovs-vsctl", "list", "interface")}
HOST = {"nft-list-ruleset": ("nft", "list", "ruleset"), "ip-rule": ("ip", "rule"), "ip-route": ("ip", "route", "show", "table", "all"),
        "ip-6-route": ("ip", "-6", "route", "show", "table", "all")}


def capture(lab, arguments):
    lab.require()
    os.makedirs(arguments.directory, exist_ok=True)
    for node in lab.nodes:
        for name, argv in commands(lab, node).items():
            result = attempt(argv, node.full_environment())
            title = f"{' '.join(argv)} (exit {result.returncode})"
            write(arguments.directory, f"{node.name}.{name}.txt", title, result.stdout + result.stderr)
        table = "".join(f"{entry}\n" for entry in ctnetlink.connections(node.netns))
        write(arguments.directory, f"{node.name}.kernel-conntrack.txt", f"ovs-lab conntrack {node.number}", table)
    if not lab.is_kernel:
        with open(os.path.join(arguments.directory, "tables.json"), "w", encoding="ascii") as file:
            json.dump(TABLES, file, indent=1)
            file.write("\n")
    note(f"wrote {len(os.listdir(arguments.directory))} files to {arguments.directory}")
    return 0


def commands(lab, node):
    found = dict(DATABASE)
    if lab.is_kernel:
        found.update({name: within(node.netns, argv) for name, argv in HOST.items()})
    else:
        found.update({name: ("ovs-appctl", *argv) for name, argv in APPCTL.items()})
        found.update({f"ofctl-{name}": ("ovs-ofctl", "-O", "OpenFlow15", *argv) for name, argv in OFCTL.items()})
        found["ofctl-dump-flows-of13"] = ("ovs-ofctl", "-O", "OpenFlow13", "dump-flows", "br-int")
    if shutil.which("conntrack"):
        for family in ("ipv4", "ipv6"):
            argv = ["conntrack", "-L", "-f", family, "-o", "extended,id,timestamp,labels"]
            found[f"kernel-conntrack-{family}"] = within(node.netns, argv)
    return found


def write(directory, name, command, text):
    with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
        file.write(f"# {name.split('.')[0]}: {command}\n{text}")
