-- SPDX-License-Identifier: Apache-2.0
--
-- What did which policy refuse?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour
--
-- Where a policy that isolates a pod refused because none of its rules allows, there is no rule and may be no name.

SELECT
  direction,
  policyNamespace,
  policyName,
  ruleName,
  iif(ruleAction = 2, 'drop', 'reject') AS ruleAction,
  coalesce(sourcePodNamespace || '/' || sourcePodName, sourceIPAddress) AS source,
  coalesce(destinationPodNamespace || '/' || destinationPodName, destinationIPAddress) AS destination,
  destinationTransportPort,
  protocolIdentifier,
  count(DISTINCT connection) AS connections,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(id) >> 22, 'unixepoch') AS lastSeen
FROM (
  SELECT
    'ingress' AS direction,
    ingressNetworkPolicyNamespace AS policyNamespace,
    ingressNetworkPolicyName AS policyName,
    ingressNetworkPolicyRuleName AS ruleName,
    ingressNetworkPolicyRuleAction AS ruleAction,
    *
  FROM flows
  WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
    AND id < coalesce(:to, unixepoch('now') + 1) << 22
    AND ingressNetworkPolicyRuleAction IN (2, 3)
  UNION ALL
  SELECT
    'egress',
    egressNetworkPolicyNamespace,
    egressNetworkPolicyName,
    egressNetworkPolicyRuleName,
    egressNetworkPolicyRuleAction,
    *
  FROM flows
  WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
    AND id < coalesce(:to, unixepoch('now') + 1) << 22
    AND egressNetworkPolicyRuleAction IN (2, 3)
)
GROUP BY direction, policyNamespace, policyName, ruleName, ruleAction, source, destination, destinationTransportPort, protocolIdentifier
ORDER BY connections DESC, source, destination, destinationTransportPort
