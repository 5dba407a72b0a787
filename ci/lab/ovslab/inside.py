# SPDX-License-Identifier: Apache-2.0
"""Parts of the lab that run as processes of their own inside a namespace.

They are started through the lab's entry as `ovs-lab --inside NAME JSON`: the JSON object is the arguments, and what a
part returns is printed as JSON.
"""
import importlib
import json
import os
import sys

from ovslab import namespaces
from ovslab.console import LabError, attempt

FLAG = "--inside"
ENTRY = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "ovs-lab")
PARTS = {"serve": "ovslab.server", "probe": "ovslab.probe", "load_from": "ovslab.load", "send_frames": "ovslab.frames",
         "keep_ends": "ovslab.ends"}


def command(namespace, part, **arguments):
    return namespaces.within(namespace, [sys.executable, ENTRY, FLAG, part, json.dumps(arguments)])


def call(namespace, part, timeout=60, **arguments):
    """Runs a part in the namespace and returns what it returned."""
    result = attempt(command(namespace, part, **arguments), timeout=timeout)
    if result.returncode:
        raise LabError(f"{part} in {namespace} failed ({result.returncode}):\n{result.stderr[-2000:]}")
    return json.loads(result.stdout)


def main(part, arguments):
    function = getattr(importlib.import_module(PARTS[part]), part)
    print(json.dumps(function(**json.loads(arguments))))
    return 0
