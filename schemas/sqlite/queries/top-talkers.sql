-- SPDX-License-Identifier: Apache-2.0
--
-- Which pairs moved most?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  coalesce(sourcePodNamespace || '/' || sourcePodName, sourceIPAddress) AS source,
  coalesce(destinationServicePortName, destinationPodNamespace || '/' || destinationPodName, destinationIPAddress) AS destination,
  sum(octetDeltaCount) AS octetDeltaCount,
  sum(reverseOctetDeltaCount) AS reverseOctetDeltaCount,
  count(DISTINCT connection) AS connections
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
GROUP BY source, destination
ORDER BY total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC, source, destination
LIMIT 20
