-- SPDX-License-Identifier: Apache-2.0
--
-- Which ports moved most, and for which Services?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  destinationTransportPort,
  protocolIdentifier,
  destinationServicePortName,
  sum(octetDeltaCount) AS octetDeltaCount,
  sum(reverseOctetDeltaCount) AS reverseOctetDeltaCount,
  count(DISTINCT connection) AS connections
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
GROUP BY destinationTransportPort, protocolIdentifier, destinationServicePortName
ORDER BY total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC, destinationTransportPort, protocolIdentifier
LIMIT 20
