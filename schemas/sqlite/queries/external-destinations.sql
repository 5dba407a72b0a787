-- SPDX-License-Identifier: Apache-2.0
--
-- Where outside the cluster did pods send most, and which pods?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  destinationIPAddress,
  destinationTransportPort,
  sourcePodNamespace,
  sourcePodName,
  egressIP,
  sum(octetDeltaCount) AS octetDeltaCount,
  sum(reverseOctetDeltaCount) AS reverseOctetDeltaCount,
  count(DISTINCT connection) AS connections
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
  AND flowType = 3 -- to-external
GROUP BY destinationIPAddress, destinationTransportPort, sourcePodNamespace, sourcePodName, egressIP
ORDER BY total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC, destinationIPAddress, sourcePodName
LIMIT 20
