-- SPDX-License-Identifier: Apache-2.0
--
-- What moved between namespaces, hour by hour?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last day

SELECT
  strftime('%Y-%m-%dT%H:00Z', id >> 22, 'unixepoch') AS hour,
  sourcePodNamespace,
  destinationPodNamespace,
  sum(octetDeltaCount) AS octetDeltaCount,
  sum(reverseOctetDeltaCount) AS reverseOctetDeltaCount,
  count(DISTINCT connection) AS connections
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 day')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
  AND sourcePodNamespace IS NOT NULL
  AND destinationPodNamespace IS NOT NULL
GROUP BY hour, sourcePodNamespace, destinationPodNamespace
ORDER BY hour, total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC, sourcePodNamespace, destinationPodNamespace
