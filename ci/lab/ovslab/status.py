# SPDX-License-Identifier: Apache-2.0
"""What runs, where its sockets are, and how many connections it tracks."""
from ovslab import health
from ovslab.addresses import EXTERNAL, HTTP_PORT, SERVICE, SERVICE_PORT, ZONES
from ovslab.openvswitch import pid_file


def status(lab, _arguments):
    if not lab.load():
        print(f"lab '{lab.name}': down")
        return 1
    problems = health.problems(lab)
    print(f"lab '{lab.name}': {'NOT HEALTHY: ' + '; '.join(problems) if problems else 'up'}; "
          f"datapath {lab.state.datapath}; files in {lab.directory}")
    for node in lab.nodes:
        print_node(lab, node, not problems)
    print(f"service web  {SERVICE[4]} {SERVICE[6]} port {SERVICE_PORT} -> web-* {HTTP_PORT};  "
          f"external host {EXTERNAL[4]} {EXTERNAL[6]} port {HTTP_PORT} (hub)")
    return 1 if problems else 0


def print_node(lab, node, healthy):
    between = "routed over the underlay" if lab.is_kernel else f"{lab.state.tunnel} tunnel"
    print(f"{node.name}  netns {node.netns}  underlay {node.underlay[4]} {node.underlay[6]}  {between}")
    print(f"  ovsdb    {node.run}/db.sock")
    if lab.is_kernel:
        print(f"  kernel conntrack of the namespace, zones {ZONES[4]} and {ZONES[6]}, and 0 for the host side")
    else:
        print(f"  unixctl  {node.run}/ovs-vswitchd.{switch_pid(node)}.ctl")
        print(f"  openflow {node.run}/br-int.mgmt")
    if healthy:
        print(f"  conntrack entries {health.connection_count(lab, node)} of {health.connection_limit(lab, node)}")
    for pod in lab.pods_on(node):
        print(f"  pod {pod.name:<10} netns {pod.netns:<16} ofport {pod.ofport:<3} {pod.mac} {pod.address[4]} {pod.address[6]}  "
              f"port {pod.interface}")


def switch_pid(node):
    try:
        with open(pid_file(node, "ovs-vswitchd"), encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return "(not running)"
