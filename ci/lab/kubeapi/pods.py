# SPDX-License-Identifier: Apache-2.0
"""A cluster of many pods, each as large as a real one."""
import uuid

CREATED = "2024-01-01T00:00:00Z"
PODS_OF_A_NODE = 100


def cluster(count):
    """Pods of Deployments of ten, a hundred on a node, and a Service for each Deployment."""
    for node in range((count + PODS_OF_A_NODE - 1) // PODS_OF_A_NODE):
        addresses = [{"type": "InternalIP", "address": node_address(node)}, {"type": "Hostname", "address": f"node-{node}"}]
        yield "nodes", {"metadata": {"name": f"node-{node}"}, "status": {"addresses": addresses}}
    for number in range(count):
        yield "pods", pod(number)
        if number % 10 == 0:
            yield "services", service(number // 10)


def node_address(node):
    return f"172.16.{node // 250}.{node % 250 + 1}"


def pod(number):
    app, digest = f"app-{number // 10}", f"{0x5d78c986 + number // 10:x}"
    name, address = f"{app}-{digest}-{number:05d}", f"10.{128 + number // 62500}.{number // 250 % 250}.{number % 250 + 2}"
    container = f"containerd://{number:064x}"
    environment = [{"name": f"SETTING_{index}", "value": f"value-{index}-of-{app}"} for index in range(12)]
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10, "failureThreshold": 3}
    mount = {"name": "kube-api-access", "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    conditions = [{"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": CREATED} for kind in
                  ("PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled")]
    owned = {f"f:{field}": {} for field in ("image", "imagePullPolicy", "name", "ports", "resources", "terminationMessagePath", "env")}
    return {
        "metadata": {
            "name": name, "generateName": f"{app}-{digest}-", "namespace": f"team-{number // 1000}", "creationTimestamp": CREATED,
            "uid": str(uuid.UUID(int=number + 1)), "labels": {"app": app, "pod-template-hash": digest, "tier": "backend"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{app}-{digest}", "uid": str(uuid.UUID(int=number // 10)),
                                 "controller": True, "blockOwnerDeletion": True}],
            "managedFields": [{"manager": manager, "operation": "Update", "apiVersion": "v1", "time": CREATED, "fieldsType": "FieldsV1",
                               "fieldsV1": {"f:spec": {"f:containers": {'k:{"name":"main"}': owned}}}} for manager in ("controller", "kubelet")]},
        "spec": {
            "nodeName": f"node-{number // PODS_OF_A_NODE}", "serviceAccountName": "default", "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
            "containers": [{"name": "main", "image": f"registry.example/{app}:1.0", "ports": [{"containerPort": 8080, "protocol": "TCP"}],
                            "env": environment, "livenessProbe": probe, "readinessProbe": probe, "volumeMounts": [mount],
                            "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "100m", "memory": "128Mi"}}}],
            "tolerations": [{"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
                            for key in ("not-ready", "unreachable")]},
        "status": {
            "phase": "Running", "hostIP": node_address(number // PODS_OF_A_NODE), "podIP": address, "podIPs": [{"ip": address}], "startTime": CREATED,
            "qosClass": "Burstable", "conditions": conditions,
            "containerStatuses": [{"name": "main", "state": {"running": {"startedAt": CREATED}}, "lastState": {}, "ready": True, "restartCount": 0,
                                   "image": f"registry.example/{app}:1.0", "imageID": f"sha256:{number:064x}", "containerID": container}]}}


def service(number):
    address = f"10.96.{number // 250}.{number % 250 + 1}"
    return {"metadata": {"name": f"app-{number}", "namespace": f"team-{number // 100}", "creationTimestamp": CREATED},
            "spec": {"type": "ClusterIP", "clusterIP": address, "clusterIPs": [address], "ports": [{"name": "http", "port": 80, "protocol": "TCP"}]}}
