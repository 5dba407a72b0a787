-- SPDX-License-Identifier: Apache-2.0
--
-- Which TCP connections were never answered, or not completely, though no policy refused them?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour
--
-- Beside max() the columns that are not grouped by are those of the row with the largest id: the connection's last interval.

SELECT
  coalesce(sourcePodNamespace || '/' || sourcePodName, sourceIPAddress) AS source,
  coalesce(destinationPodNamespace || '/' || destinationPodName, destinationIPAddress) AS destination,
  destinationTransportPort,
  tcpState,
  sum(packetDeltaCount) AS packetDeltaCount,
  sum(reversePacketDeltaCount) AS reversePacketDeltaCount,
  strftime('%Y-%m-%dT%H:%M:%SZ', max(id) >> 22, 'unixepoch') AS lastSeen
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
  AND protocolIdentifier = 6
GROUP BY connection
HAVING (tcpState IN ('SYN_SENT', 'SYN_RECV') OR sum(reversePacketDeltaCount) = 0)
  AND coalesce(ingressNetworkPolicyRuleAction, 1) = 1
  AND coalesce(egressNetworkPolicyRuleAction, 1) = 1
ORDER BY lastSeen DESC, source, destination
