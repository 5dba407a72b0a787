# SPDX-License-Identifier: Apache-2.0
"""The OVS daemons of a node, its database, and the bridges of a netdev node."""
import os

from ovslab import namespaces, processes
from ovslab.addresses import GATEWAY_OFPORT, HUB, POD_MTU, POD_NAMESPACE, SERVICE, TUNNEL_MAC, TUNNEL_OFPORT
from ovslab.console import LabError, attempt, run, wait_for
from ovslab.pipeline import Pipeline
from ovslab.topology import masquerade

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
DAEMONS = ("ovs-vswitchd", "ovsdb-server")
DAEMON_OPTIONS = ["--pidfile", "--log-file", "-vconsole:off", "-vsyslog:off", "--detach", "--no-chdir"]


def start_database(lab, node):
    for directory in ("run", "db", "log"):
        os.makedirs(os.path.join(node.directory, directory), exist_ok=True)
    environment = node.full_environment()
    database = os.path.join(node.directory, "db", "conf.db")
    run(["ovsdb-tool", "create", database, SCHEMA], environment)
    run(namespaces.within(node.netns, ["ovsdb-server", database, f"--remote=punix:{node.run}/db.sock",
                                       "--remote=db:Open_vSwitch,Open_vSwitch,manager_options", *DAEMON_OPTIONS]), environment)
    remember(lab, node, "ovsdb-server")
    run(["ovs-vsctl", "--no-wait", "init"], environment)
    run(["ovs-vsctl", "--no-wait", "set", "Open_vSwitch", ".", f"external_ids:system-id={node.name}",
         f"external_ids:hostname={node.name}", "other_config:flow-restore-wait=false"], environment)


def start_switch(lab, node):
    run(namespaces.within(node.netns, ["ovs-vswitchd", f"unix:{node.run}/db.sock", *DAEMON_OPTIONS]), node.full_environment())
    remember(lab, node, "ovs-vswitchd")


def pid_file(node, daemon):
    return os.path.join(node.run, daemon + ".pid")


def remember(lab, node, daemon):
    lab.state.processes.append(processes.from_pid_file(pid_file(node, daemon), f"{daemon} {node.name}"))
    lab.save()


def forgotten_daemons(lab):
    """Daemons with a pid file in the lab's directory that are not remembered: an `up` died before it could."""
    known = {process["pid"] for process in lab.state.processes}
    for node in lab.nodes:
        for daemon in DAEMONS:
            try:
                process = processes.from_pid_file(pid_file(node, daemon), f"{daemon} {node.name}")
                with open(f"/proc/{process['pid']}/cmdline", encoding="utf-8", errors="replace") as file:
                    ours = node.directory in file.read()
            except (OSError, ValueError):
                continue
            if ours and process["pid"] not in known:
                yield process


def bridge_commands(datapath_type):
    return ["--may-exist", "add-br", "br-int", "--", "set", "bridge", "br-int", f"datapath_type={datapath_type}", "fail_mode=secure",
            "protocols=OpenFlow10,OpenFlow13,OpenFlow15"]


def pod_identity(lab, pod):
    """The external_ids by which Antrea's agent, and an exporter, know whose interface it is."""
    container = f"{lab.name}-{pod.name}".encode().hex().ljust(64, "0")[:64]
    return [f'external_ids:attached-mac="{pod.mac}"', f'external_ids:ip-address="{pod.address[4]},{pod.address[6]}"',
            f"external_ids:pod-name={pod.name}", f"external_ids:pod-namespace={POD_NAMESPACE}",
            f"external_ids:container-id={container}", "external_ids:antrea-type=container"]


def configure_netdev(lab, node):
    """Bridges, ports, addresses, and the pipeline of a node whose pods OVS itself switches, in userspace."""
    add_netdev_ports(lab, node)
    # Zone timeout policies (ovs-vsctl add-zone-tp netdev zone=…) need a Datapath row.
    run(["ovs-vsctl", "--", "--id=@dp", "create", "Datapath", "datapath_version=userspace",
         "--", "set", "Open_vSwitch", ".", "datapaths:netdev=@dp"], node.full_environment())
    for pod in lab.pods_on(node):
        address_pod(pod)
    address_host(lab, node)
    keep_host_out(lab, node)
    install_pipeline(lab, node)


def add_netdev_ports(lab, node):
    command = ["ovs-vsctl", "--timeout=15",
               "--", "--may-exist", "add-br", "br-phy", "--", "set", "bridge", "br-phy", "datapath_type=netdev",
               f"other_config:hwaddr={node.underlay_mac}",
               "--", "--may-exist", "add-port", "br-phy", "uplink",
               "--", *bridge_commands("netdev"), f"other_config:hwaddr={node.switch_mac}",
               "--", "add-port", "br-int", "antrea-tun0", "--", "set", "interface", "antrea-tun0", f"type={lab.state.tunnel}",
               f"ofport_request={TUNNEL_OFPORT}", "options:remote_ip=flow", "options:key=flow", "external_ids:antrea-type=tunnel",
               "--", "add-port", "br-int", "antrea-gw0", "--", "set", "interface", "antrea-gw0", "type=internal",
               f"ofport_request={GATEWAY_OFPORT}", f'mac="{node.gateway_mac}"', f"mtu_request={POD_MTU}",
               "external_ids:antrea-type=gateway"]
    for pod in lab.pods_on(node):
        command += pod_port(pod, pod_identity(lab, pod))
    run(command, node.full_environment())


def pod_port(pod, identity):
    return ["--", "add-port", "br-int", pod.interface, "--", "set", "interface", pod.interface,
            f"ofport_request={pod.ofport}", f"mtu_request={POD_MTU}", *identity]


def address_pod(pod):
    node = pod.node
    namespaces.ip(pod.netns, [f"addr add {pod.address[4]}/24 dev eth0", f"addr add {pod.address[6]}/64 dev eth0 nodad",
                              *(f"route add default via {node.gateway[family]}" for family in (4, 6))])


def replace(lab, new, identity):
    """Puts a pod where another one was whose interface has gone: the same port number, so that the pipeline's rules hold."""
    address_pod(new)
    namespaces.nft(new.node.netns, f"""
table netdev lab {{
 chain tap_{new.index}_{len(new.successors)} {{ type filter hook ingress device "{new.interface}" priority 0; policy drop; }}
}}
""")
    run(["ovs-vsctl", "--timeout=15", *pod_port(new, pod_identity(lab, identity))], new.node.full_environment())


def address_host(lab, node):
    """The node's own stack: underlay, gateway, Service, and masquerade of what the pods send outside.

    Processes of the node reach pods of other nodes over the underlay, as on Antrea's host path without encapsulation.
    """
    lines = [f"addr replace {node.underlay[4]}/24 dev br-phy", f"addr replace {node.underlay[6]}/64 dev br-phy nodad",
             "link set br-phy up", f"addr replace {node.gateway[4]}/24 dev antrea-gw0",
             f"addr replace {node.gateway[6]}/64 dev antrea-gw0 nodad", "link set antrea-gw0 up",
             f"route replace default via {HUB[4]}", f"route replace default via {HUB[6]}",
             f"route replace {SERVICE[4]}/32 via {node.next_hop[4]} dev antrea-gw0 onlink",
             f"neigh replace {node.next_hop[4]} lladdr {TUNNEL_MAC} dev antrea-gw0 nud permanent"]
    for remote in lab.nodes:
        if remote != node:
            lines += [f"route replace {remote.pod_network[family]} via {remote.underlay[family]}" for family in (4, 6)]
    namespaces.ip(node.netns, lines)


def keep_host_out(lab, node):
    """The userspace datapath reads its ports through packet sockets, so the node's own stack sees every pod frame too.

    It would answer ARP for the gateway and forward a duplicate. An ingress drop runs after the packet socket.
    """
    namespaces.set_sysctls(node.netns, {"net.ipv4.conf.all.arp_ignore": 1})
    ports = ", ".join(f'"{port}"' for port in ["uplink", *(pod.interface for pod in lab.pods_on(node))])
    namespaces.nft(node.netns, f"""
table netdev lab {{
 chain taps {{ type filter hook ingress devices = {{ {ports} }} priority 0; policy drop; }}
}}
table inet lab {{
 chain outside {{
  type nat hook postrouting priority srcnat;
  {masquerade(node, "", "br-phy")}
 }}
}}
""")


def install_pipeline(lab, node):
    environment = node.full_environment()
    wait_for("br-int's management socket", lambda: os.path.exists(os.path.join(node.run, "br-int.mgmt")))
    pipeline = Pipeline(lab, node)
    openflow = ["ovs-ofctl", "-O", "OpenFlow15"]
    run([*openflow, "--bundle", "add-groups", "br-int", "-"], environment, "\n".join(pipeline.groups) + "\n")
    run([*openflow, "--bundle", "add-flows", "br-int", "-"], environment, "\n".join(pipeline.flows) + "\n")
    run([*openflow, "mod-port", "br-int", "antrea-tun0", "no-flood"], environment)
    # OVS loses the first packet into a tunnel while it resolves the remote underlay address: preset it.
    run(["ovs-appctl", "tnl/neigh/aging", "3600"], environment)
    for remote in lab.nodes:
        if remote != node:
            run(["ovs-appctl", "tnl/neigh/set", "br-phy", remote.underlay[4], remote.underlay_mac], environment)
    with open(os.path.join(node.directory, "pipeline.txt"), "w", encoding="ascii") as file:
        file.write("\n".join(["# groups", *pipeline.groups, "# flows", *pipeline.flows]) + "\n")


def interface_errors(node):
    """What the database says is wrong with the node's interfaces; empty when all is well."""
    result = attempt(["ovs-vsctl", "--timeout=5", "--bare", "--columns=name,error", "find", "Interface", "error!=[]"],
                     node.full_environment())
    return (result.stdout + result.stderr).strip()


def connection_count(node):
    return int(run(["ovs-appctl", "dpctl/ct-get-nconns"], node.full_environment()))


def connection_limit(node):
    return int(run(["ovs-appctl", "dpctl/ct-get-maxconns"], node.full_environment()))


def require_switch(lab):
    if lab.is_kernel:
        raise LabError("nodes of the kernel datapath run no ovs-vswitchd; connections: ovs-lab conntrack N, database: ovs-lab vsctl N")
