-- SPDX-License-Identifier: Apache-2.0
--
-- Who talked with an address, from either side?
--
-- :address    such as 10.10.1.7
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  iif(destinationIPAddress = :address, 'came from', 'went to') AS direction,
  iif(destinationIPAddress = :address, sourceIPAddress, destinationIPAddress) AS peerIPAddress,
  iif(destinationIPAddress = :address, sourcePodNamespace, destinationPodNamespace) AS peerPodNamespace,
  iif(destinationIPAddress = :address, sourcePodName, destinationPodName) AS peerPodName,
  destinationTransportPort,
  protocolIdentifier,
  count(DISTINCT connection) AS connections,
  sum(octetDeltaCount) AS octetDeltaCount,
  sum(reverseOctetDeltaCount) AS reverseOctetDeltaCount,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(id) >> 22, 'unixepoch') AS lastSeen
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
  AND :address IN (sourceIPAddress, destinationIPAddress)
GROUP BY direction, peerIPAddress, peerPodNamespace, peerPodName, destinationTransportPort, protocolIdentifier
ORDER BY total(octetDeltaCount) + total(reverseOctetDeltaCount) DESC, peerIPAddress, destinationTransportPort
