-- SPDX-License-Identifier: Apache-2.0
--
-- Which pods sent and received most, whoever began the connection?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  podNamespace,
  podName,
  sum(sent) AS octetsSent,
  sum(received) AS octetsReceived
FROM (
  SELECT sourcePodNamespace AS podNamespace, sourcePodName AS podName, octetDeltaCount AS sent, reverseOctetDeltaCount AS received
  FROM flows
  WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
    AND id < coalesce(:to, unixepoch('now') + 1) << 22
  UNION ALL
  SELECT destinationPodNamespace, destinationPodName, reverseOctetDeltaCount, octetDeltaCount
  FROM flows
  WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
    AND id < coalesce(:to, unixepoch('now') + 1) << 22
)
WHERE podName IS NOT NULL
GROUP BY podNamespace, podName
ORDER BY total(sent) + total(received) DESC, podNamespace, podName
LIMIT 10
