# SPDX-License-Identifier: Apache-2.0
"""The five policy rules, enforced by both datapaths, and their rule map."""
import dataclasses

from ovslab.addresses import DATABASE_PORT, DENIED_EGRESS_PORT, DENIED_INGRESS_PORT, HTTP_PORT, POD_NAMESPACE


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule applies to the pods of `roles`; without protocol and port it applies to everything they send."""

    id: int
    name: str
    direction: str
    action: str
    roles: tuple
    protocol: str = None
    port: int = None


ALLOW_WEB_IN = Rule(0x65, "allow-web-in", "ingress", "allow", ("web",), "tcp", HTTP_PORT)
ALLOW_DB_IN = Rule(0x66, "allow-db-in", "ingress", "allow", ("db",), "tcp", DATABASE_PORT)
ALLOW_CLIENT_OUT = Rule(0xC9, "allow-client-out", "egress", "allow", ("client",))
DENY_IN = Rule(0x29A, "deny-in-9999", "ingress", "drop", ("web", "db"), "tcp", DENIED_INGRESS_PORT)
DENY_OUT = Rule(0x29B, "deny-out-9998", "egress", "drop", ("client",), "udp", DENIED_EGRESS_PORT)
RULES = (ALLOW_WEB_IN, ALLOW_DB_IN, ALLOW_CLIENT_OUT, DENY_IN, DENY_OUT)


def print_rule_map(_lab, _arguments):
    print("# The rule ids that connection labels, cookies and packet-ins of the lab carry.")
    print("rules:")
    for rule in RULES:
        print(f"  - id: {rule.id}")
        print(f"    name: {rule.name}")
        print(f"    namespace: {POD_NAMESPACE}")
        print("    type: K8sNetworkPolicy")
        print(f"    rule: {rule.name}")
        print(f"    direction: {rule.direction}")
        print(f"    action: {rule.action}")
    return 0
