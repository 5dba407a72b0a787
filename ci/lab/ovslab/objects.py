# SPDX-License-Identifier: Apache-2.0
"""The lab as Kubernetes objects: what an API server of this cluster would list."""
import itertools
import json
import sys

from ovslab.addresses import HTTP_PORT, POD_NAMESPACE, SERVICE, SERVICE_PORT
from ovslab.policies import RULES

# Before any traffic, so that every flow is later than the pods it belongs to.
CREATED = "2024-01-01T00:00:00Z"
FIRST_RESOURCE_VERSION = 101


def print_objects(lab, _arguments):
    lab.load()      # when it is not up, the objects are those of a default lab
    items = [*map(node_object, lab.nodes), *map(pod_object, lab.pods), service_object(),
             *(endpoint_slice(lab, family) for family in (4, 6)), *map(policy_object, RULES)]
    for version, item in zip(itertools.count(FIRST_RESOURCE_VERSION), items):
        item["metadata"].update(uid=f"00000000-0000-4000-8000-{version:012x}", resourceVersion=str(version), creationTimestamp=CREATED)
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, sys.stdout, indent=1)
    print()
    return 0


def metadata(name, labels=None, **more):
    return {"name": name, "namespace": POD_NAMESPACE, "labels": labels or {}, **more}


def node_object(node):
    addresses = [{"type": "InternalIP", "address": node.underlay[family]} for family in (4, 6)]
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": node.name, "labels": {"kubernetes.io/hostname": node.name}},
            "spec": {"podCIDR": node.pod_network[4], "podCIDRs": [node.pod_network[4], node.pod_network[6]]},
            "status": {"addresses": [*addresses, {"type": "Hostname", "address": node.name}]}}


def pod_object(pod):
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata(pod.name, {"app": pod.role}),
            "spec": {"nodeName": pod.node.name, "containers": [{"name": "main", "image": f"lab/{pod.role}:1"}]},
            "status": {"phase": "Running", "podIP": pod.address[4], "podIPs": [{"ip": pod.address[4]}, {"ip": pod.address[6]}],
                       "hostIP": pod.node.underlay[4], "startTime": CREATED}}


def service_object():
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata("web", {"app": "web"}),
            "spec": {"type": "ClusterIP", "clusterIP": SERVICE[4], "clusterIPs": [SERVICE[4], SERVICE[6]],
                     "ipFamilyPolicy": "PreferDualStack", "ipFamilies": ["IPv4", "IPv6"], "selector": {"app": "web"},
                     "ports": [{"name": "http", "protocol": "TCP", "port": SERVICE_PORT, "targetPort": HTTP_PORT}]}}


def endpoint_slice(lab, family):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": f"IPv{family}",
            "metadata": metadata(f"web-ipv{family}", {"kubernetes.io/service-name": "web"}),
            "ports": [{"name": "http", "protocol": "TCP", "port": HTTP_PORT}],
            "endpoints": [{"addresses": [pod.address[family]], "nodeName": pod.node.name, "conditions": {"ready": True},
                           "targetRef": {"kind": "Pod", "namespace": POD_NAMESPACE, "name": pod.name}}
                          for pod in lab.pods_in_role("web")]}


def policy_object(rule):
    selector = ({"matchLabels": {"app": rule.roles[0]}} if len(rule.roles) == 1
                else {"matchExpressions": [{"key": "app", "operator": "In", "values": list(rule.roles)}]})
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": metadata(rule.name, annotations={"lab/rule-id": str(rule.id), "lab/action": rule.action.capitalize()}),
            "spec": {"podSelector": selector, "policyTypes": [rule.direction.capitalize()]}}
