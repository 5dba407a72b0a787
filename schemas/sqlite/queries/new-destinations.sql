-- SPDX-License-Identifier: Apache-2.0
--
-- To which addresses and ports did namespaces talk since yesterday for the first time?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last day
-- :since       how far back earlier connections are looked for, in the same seconds; by default a week before now

SELECT
  sourcePodNamespace,
  destinationIPAddress,
  destinationPodNamespace,
  destinationPodName,
  destinationTransportPort,
  protocolIdentifier,
  count(DISTINCT connection) AS connections,
  sum(octetDeltaCount) AS octetDeltaCount,
  sum(reverseOctetDeltaCount) AS reverseOctetDeltaCount,
  strftime('%Y-%m-%dT%H:%M:%SZ', min(id) >> 22, 'unixepoch') AS firstSeen
FROM flows
WHERE id >= coalesce(:since, unixepoch('now', '-7 days')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
GROUP BY sourcePodNamespace, destinationIPAddress, destinationTransportPort, protocolIdentifier
HAVING min(id) >= coalesce(:from, unixepoch('now', '-1 day')) << 22
ORDER BY firstSeen, sourcePodNamespace, destinationIPAddress, destinationTransportPort
