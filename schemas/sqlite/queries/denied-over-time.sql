-- SPDX-License-Identifier: Apache-2.0
--
-- How many connections were refused, minute by minute?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  (id >> 22) / 60 * 60 AS time,
  count(DISTINCT iif(2 IN (ingressNetworkPolicyRuleAction, egressNetworkPolicyRuleAction), connection, NULL)) AS dropped,
  count(DISTINCT iif(3 IN (ingressNetworkPolicyRuleAction, egressNetworkPolicyRuleAction), connection, NULL)) AS rejected
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
GROUP BY (id >> 22) / 60
ORDER BY time
