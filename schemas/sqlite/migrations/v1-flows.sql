-- SPDX-License-Identifier: Apache-2.0
--
-- Flows, the connections they belong to, and the ledger of what arrived.
--
-- A column that carries a field of FlowSchema has the field's name; NULL is unknown, which is not zero. Times are milliseconds
-- since 1970-01-01T00:00:00Z. What people read are the views, which the program makes; these tables may change with any version.

-- Says that the file is a flow store: the letters "weir".
PRAGMA application_id = 0x77656972;

-- Every text once: names of pods, nodes, policies, states, exporters.
CREATE TABLE name (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- Every address once: four octets for IPv4, sixteen for IPv6, and as text for the views.
CREATE TABLE address (
  id INTEGER PRIMARY KEY,
  octets BLOB NOT NULL UNIQUE,
  text TEXT NOT NULL
) STRICT;

-- What is the same for all intervals of a connection. The aggregator knows the id of every live connection, so nothing here
-- needs to be found by value and there is no other index.
-- "name" and "address" after a column: an id of that table. A UUID is sixteen octets.
CREATE TABLE connection (
  id INTEGER PRIMARY KEY,

  -- What is asked for most stands first: SQLite reads a row up to the last column that it needs.
  sourcePodName INTEGER, -- name
  sourcePodNamespace INTEGER, -- name
  destinationPodName INTEGER, -- name
  destinationPodNamespace INTEGER, -- name
  observation INTEGER,
  sourceIPAddress INTEGER, -- address
  destinationIPAddress INTEGER, -- address
  sourceTransportPort INTEGER,
  destinationTransportPort INTEGER,
  protocolIdentifier INTEGER,
  icmpTypeCode INTEGER,
  flowStartMilliseconds INTEGER,
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
  proxySnatIP INTEGER, -- address
  proxySnatPort INTEGER,
  clusterId INTEGER, -- name
  sourcePodLabels INTEGER, -- name
  destinationPodLabels INTEGER, -- name

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

-- One row for each stored interval of a connection. The id is the time:
--
--   63            22 21         0
--   ┌───────────────┬───────────┐
--   │ end, seconds  │ sequence  │
--   └───────────────┴───────────┘
--
-- so that rows are appended, a time range is a range of the primary key, and no secondary index is needed. One would cost more than
-- everything else here together.
CREATE TABLE interval (
  id INTEGER PRIMARY KEY,
  connection INTEGER NOT NULL,

  octetDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  packetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  flowEndMilliseconds INTEGER,
  flowEndReason INTEGER,
  tcpState INTEGER, -- name

  octetTotalCount INTEGER,
  reverseOctetTotalCount INTEGER,
  packetTotalCount INTEGER,
  reversePacketTotalCount INTEGER,
  throughput INTEGER,
  reverseThroughput INTEGER,

  octetDeltaCountFromSourceNode INTEGER,
  reverseOctetDeltaCountFromSourceNode INTEGER,
  packetDeltaCountFromSourceNode INTEGER,
  reversePacketDeltaCountFromSourceNode INTEGER,
  octetTotalCountFromSourceNode INTEGER,
  reverseOctetTotalCountFromSourceNode INTEGER,
  packetTotalCountFromSourceNode INTEGER,
  reversePacketTotalCountFromSourceNode INTEGER,
  throughputFromSourceNode INTEGER,
  reverseThroughputFromSourceNode INTEGER,
  flowEndSecondsFromSourceNode INTEGER,

  octetDeltaCountFromDestinationNode INTEGER,
  reverseOctetDeltaCountFromDestinationNode INTEGER,
  packetDeltaCountFromDestinationNode INTEGER,
  reversePacketDeltaCountFromDestinationNode INTEGER,
  octetTotalCountFromDestinationNode INTEGER,
  reverseOctetTotalCountFromDestinationNode INTEGER,
  packetTotalCountFromDestinationNode INTEGER,
  reversePacketTotalCountFromDestinationNode INTEGER,
  throughputFromDestinationNode INTEGER,
  reverseThroughputFromDestinationNode INTEGER,
  flowEndSecondsFromDestinationNode INTEGER
) STRICT;

-- What came of each exporter in each minute: the ledger behind every answer's completeness. The minute leads the key because
-- every question has a time range.
CREATE TABLE exporter_minute (
  minute INTEGER NOT NULL,
  exporter INTEGER NOT NULL, -- name
  observationDomainID INTEGER NOT NULL,
  nodeName INTEGER, -- name
  messages INTEGER NOT NULL,
  records INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  setsWithoutTemplate INTEGER NOT NULL,
  malformed INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  PRIMARY KEY (minute, exporter, observationDomainID)
) STRICT, WITHOUT ROWID;
