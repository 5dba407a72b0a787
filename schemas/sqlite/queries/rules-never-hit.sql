-- SPDX-License-Identifier: Apache-2.0
--
-- Which policy rules did nothing on any node?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last day

SELECT
  iif(ingressNetworkPolicyRuleAction IS NOT NULL OR ingressNetworkPolicyName IS NOT NULL, 'ingress', 'egress') AS direction,
  coalesce(ingressNetworkPolicyNamespace, egressNetworkPolicyNamespace) AS policyNamespace,
  coalesce(ingressNetworkPolicyName, egressNetworkPolicyName) AS policyName,
  coalesce(ingressNetworkPolicyRuleName, egressNetworkPolicyRuleName) AS ruleName,
  count(DISTINCT sourceNodeName) AS nodes,
  max(observedFlowTotalCount) AS observedFlowTotalCount
FROM policy_rules
GROUP BY 1, 2, 3, 4
HAVING total(iif(id >= coalesce(:from, unixepoch('now', '-1 day')) << 22
    AND id < coalesce(:to, unixepoch('now') + 1) << 22, coalesce(deltaFlowCount, 0) + coalesce(packetDeltaCount, 0), 0)) = 0
ORDER BY policyNamespace, policyName, ruleName
