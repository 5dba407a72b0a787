-- SPDX-License-Identifier: Apache-2.0
--
-- Flows in less room, and their sums by minute, hour and day.
--
-- The tables of before are set aside. When all migrations are done the program fills the new ones from them, and drops them. Column names are
-- as in v1: "name" and "address" after a column is an id of that table, NULL is unknown.

DROP VIEW IF EXISTS flows;
DROP VIEW IF EXISTS connections;
ALTER TABLE connection RENAME TO connection_v3;
ALTER TABLE interval RENAME TO interval_v3;

-- The last day, counted from 1970-01-01, on which a text or an address was part of a flow; NULL for those of the ledger and of statistics,
-- which stay. What is older than everything that is kept is removed.
ALTER TABLE name ADD COLUMN lastSeen INTEGER;
ALTER TABLE address ADD COLUMN lastSeen INTEGER;

-- Who talked to whom: all that connections between the same ends, by the same Service and under the same verdict, have in common. Sums are
-- kept by conversation. The fingerprint is a hash of the row by which it is found.
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  fingerprint INTEGER NOT NULL,
  lastSeen INTEGER NOT NULL,

  sourcePodName INTEGER, -- name
  sourcePodNamespace INTEGER, -- name
  destinationPodName INTEGER, -- name
  destinationPodNamespace INTEGER, -- name
  observation INTEGER,
  destinationTransportPort INTEGER,
  protocolIdentifier INTEGER,
  icmpTypeCode INTEGER,
  flowType INTEGER,

  sourceNodeName INTEGER, -- name
  destinationNodeName INTEGER, -- name
  destinationServicePortName INTEGER, -- name
  destinationServicePort INTEGER,
  destinationServiceIP INTEGER, -- address

  ingressNetworkPolicyRuleAction INTEGER,
  egressNetworkPolicyRuleAction INTEGER,
  ingressNetworkPolicyName INTEGER, -- name
  ingressNetworkPolicyNamespace INTEGER, -- name
  ingressNetworkPolicyType INTEGER,
  ingressNetworkPolicyRuleName INTEGER, -- name
  egressNetworkPolicyName INTEGER, -- name
  egressNetworkPolicyNamespace INTEGER, -- name
  egressNetworkPolicyType INTEGER,
  egressNetworkPolicyRuleName INTEGER, -- name

  egressName INTEGER, -- name
  egressIP INTEGER, -- name
  egressNodeName INTEGER, -- name
  clusterId INTEGER, -- name
  sourcePodLabels INTEGER, -- name
  destinationPodLabels INTEGER, -- name
  sourceWorkloadKind INTEGER, -- name
  sourceWorkloadName INTEGER, -- name
  destinationWorkloadKind INTEGER, -- name
  destinationWorkloadName INTEGER, -- name

  sourcePodUUID BLOB,
  sourceNodeUUID BLOB,
  destinationPodUUID BLOB,
  destinationNodeUUID BLOB,
  destinationServiceUUID BLOB,
  ingressNetworkPolicyUUID BLOB,
  egressNetworkPolicyUUID BLOB,
  egressUUID BLOB,
  egressNodeUUID BLOB
) STRICT;

CREATE INDEX conversation_by_fingerprint ON conversation (fingerprint);

-- What tells a connection from others of its conversation. The starts are as in v3.
CREATE TABLE connection (
  id INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL,
  sourceIPAddress INTEGER, -- address
  destinationIPAddress INTEGER, -- address
  sourceTransportPort INTEGER,
  flowStartMilliseconds INTEGER,
  sourceStart INTEGER,
  destinationStart INTEGER,
  proxySnatIP INTEGER, -- address
  proxySnatPort INTEGER
) STRICT;

-- One row for each stored interval of a connection; the id is the time, as in v1.
--
--   shape    6       5             4             3 2                  1 0
--            first   throughput    totals are    destination node's   source node's
--                    is computed   the deltas    counts               counts: 0 unknown, 1 the interval's, 2 in interval_side
--
-- What can be told from other columns is not stored: throughput is octets × 8 ÷ duration, a first interval's totals are its deltas, and
-- what one node counted is mostly what both did.
CREATE TABLE interval (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,
  octetDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  packetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  duration INTEGER, -- milliseconds since the interval before, or since the connection began; NULL if that is not known
  shape INTEGER NOT NULL,
  endOffset INTEGER NOT NULL, -- milliseconds of the end after the id's second
  flowEndReason INTEGER,
  tcpState INTEGER, -- name
  sourceLag INTEGER, -- seconds of the source node's last record before the end; NULL if there is none
  destinationLag INTEGER,
  octetTotalCount INTEGER,
  reverseOctetTotalCount INTEGER,
  packetTotalCount INTEGER,
  reversePacketTotalCount INTEGER
) STRICT;

-- What an interval's own row cannot tell. side: 0 throughput that is not octets × 8 ÷ duration, 1 all that the source node counted, 2 all
-- that the destination node counted.
CREATE TABLE interval_side (
  interval INTEGER NOT NULL,
  side INTEGER NOT NULL,
  octetDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  packetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  octetTotalCount INTEGER,
  reverseOctetTotalCount INTEGER,
  packetTotalCount INTEGER,
  reversePacketTotalCount INTEGER,
  throughput INTEGER,
  reverseThroughput INTEGER,
  flowEndSeconds INTEGER,
  PRIMARY KEY (interval, side)
) STRICT, WITHOUT ROWID;

-- Sums of the intervals that ended in a minute (hour, day), by conversation. The id is period << 34 | conversation, where the period counts
-- minutes (hours, days) from 1970-01-01T00:00Z: periods are written when they are over, in order, so that their pages are full.
--
-- newConnections counts intervals that are a connection's first, continuedConnections those whose connection's interval before ended in an
-- earlier period, gapConnections those of them that are in rollup_gap. A counter is NULL when no interval had it.
CREATE TABLE rollup_1m (
  id INTEGER PRIMARY KEY,
  octetDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  packetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  intervals INTEGER NOT NULL,
  intervalsWithoutCounters INTEGER NOT NULL,
  newConnections INTEGER NOT NULL,
  continuedConnections INTEGER NOT NULL,
  gapConnections INTEGER NOT NULL
) STRICT;

CREATE TABLE rollup_1h (
  id INTEGER PRIMARY KEY,
  octetDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  packetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  intervals INTEGER NOT NULL,
  intervalsWithoutCounters INTEGER NOT NULL,
  newConnections INTEGER NOT NULL,
  continuedConnections INTEGER NOT NULL,
  gapConnections INTEGER NOT NULL
) STRICT;

CREATE TABLE rollup_1d (
  id INTEGER PRIMARY KEY,
  octetDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  packetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  intervals INTEGER NOT NULL,
  intervalsWithoutCounters INTEGER NOT NULL,
  newConnections INTEGER NOT NULL,
  continuedConnections INTEGER NOT NULL,
  gapConnections INTEGER NOT NULL
) STRICT;

-- The continued connections whose interval before ended more than one period earlier, by how many: with it different connections can be counted
-- over any number of periods. resolution: '1m', '1h', '1d'.
CREATE TABLE rollup_gap (
  resolution TEXT NOT NULL,
  period INTEGER NOT NULL,
  conversation INTEGER NOT NULL,
  since INTEGER NOT NULL,
  connections INTEGER NOT NULL,
  PRIMARY KEY (resolution, period, conversation, since)
) STRICT, WITHOUT ROWID;

-- What is known of a period of a resolution without reading it: how many intervals it sums, in about how many rows, and how many periods back
-- the earliest interval ended that one of them follows; -1 when all are first ones.
CREATE TABLE rollup_period (
  resolution TEXT NOT NULL,
  period INTEGER NOT NULL,
  intervals INTEGER NOT NULL,
  sums INTEGER NOT NULL,
  maximumSince INTEGER NOT NULL,
  PRIMARY KEY (resolution, period)
) STRICT, WITHOUT ROWID;

-- How far each resolution is kept up. complete: the first period that its table does not have as a whole yet; from there on finer ones tell.
-- oldest: the period from which on it is kept, seconds for 'flows'; what is before it was removed, or never there.
CREATE TABLE resolution (
  name TEXT PRIMARY KEY,
  complete INTEGER NOT NULL,
  oldest INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO resolution (name, complete, oldest) VALUES ('flows', 0, 0), ('1m', 0, 0), ('1h', 0, 0), ('1d', 0, 0);
