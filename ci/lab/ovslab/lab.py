# SPDX-License-Identifier: Apache-2.0
"""One lab: its nodes and pods, where its files are, and what is remembered between commands."""
import dataclasses
import json
import os

from ovslab.addresses import Node, Pod
from ovslab.console import LabError

DATAPATHS = ("netdev", "kernel")
TUNNELS = ("geneve", "vxlan")


@dataclasses.dataclass
class State:
    """How the lab was built and which processes it started; kept in state.json while the lab is up."""

    nodes: int = 2
    extra_pods: int = 0
    datapath: str = "netdev"
    tunnel: str = "geneve"
    accounting: bool = False
    built: bool = False
    processes: list = dataclasses.field(default_factory=list)
    # By the name of the lab's first pod: those that took over its addresses.
    successors: dict = dataclasses.field(default_factory=dict)


class Lab:
    """Labs of different names are independent of each other and may be up at the same time."""

    def __init__(self, name):
        if not (name.isascii() and name.isalnum() and len(name) <= 6):
            raise LabError("--name must be 1-6 letters or digits")
        self.name = name
        self.directory = os.path.join(os.path.abspath(os.environ.get("OVS_LAB_ROOT", "/run")), "ovs-lab-" + name)
        self.state = State()

    # What is remembered

    @property
    def state_file(self):
        return os.path.join(self.directory, "state.json")

    def load(self):
        """Reads how the lab was built. Returns False, and leaves the defaults, when it is not up."""
        try:
            with open(self.state_file, encoding="utf-8") as file:
                saved = json.load(file)
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise LabError(f"cannot read {self.state_file}: {error}; remove it and run: ovs-lab --name {self.name} down") from error
        known = {field.name for field in dataclasses.fields(State)}
        self.state = State(**{key: value for key, value in saved.items() if key in known})
        return True

    def require(self):
        if not self.load():
            raise LabError(f"lab '{self.name}' is not up (no {self.state_file}); run: ovs-lab --name {self.name} up")

    def save(self):
        temporary = self.state_file + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(dataclasses.asdict(self.state), file, indent=1)
        os.replace(temporary, self.state_file)

    # Who is in it

    @property
    def is_kernel(self):
        return self.state.datapath == "kernel"

    @property
    def hub(self):
        """The namespace with the underlay switch and the external host."""
        return f"{self.name}-hub"

    def node(self, number):
        return Node(number, f"{self.name}-node{number}", os.path.join(self.directory, f"node{number}"))

    @property
    def nodes(self):
        return [self.node(number) for number in range(1, self.state.nodes + 1)]

    def existing_node(self, number):
        if not 1 <= number <= self.state.nodes:
            raise LabError(f"no such node: {number} (have 1 to {self.state.nodes})")
        return self.node(number)

    def pods_on(self, node):
        roles = ["client", "web", "db", *(f"extra{number}" for number in range(1, self.state.extra_pods + 1))]
        return [self._pod(node, index, role) for index, role in enumerate(roles)]

    def _pod(self, node, index, role):
        successors = tuple(self.state.successors.get(f"{role}-{node.number}", ()))
        suffix = f"s{len(successors)}" if successors else ""
        return Pod(role, node, index, f"{self.name}-{role}-{node.number}{suffix}", successors)

    @property
    def pods(self):
        return [pod for node in self.nodes for pod in self.pods_on(node)]

    def pods_in_role(self, role):
        return [pod for pod in self.pods if pod.role == role]

    def pod(self, name):
        for pod in self.pods:
            if pod.name == name:
                return pod
        raise LabError(f"no such place: {name} (have hub {' '.join(p.name for p in self.nodes)} {' '.join(p.name for p in self.pods)})")

    @property
    def namespaces(self):
        return [self.hub, *(node.netns for node in self.nodes), *(pod.netns for pod in self.pods)]

    def namespace_of(self, place):
        """The namespace of a pod, of nodeN, or of the hub."""
        if place == "hub":
            return self.hub
        for node in self.nodes:
            if node.name == place:
                return node.netns
        return self.pod(place).netns
