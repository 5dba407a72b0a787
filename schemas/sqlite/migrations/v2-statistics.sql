-- SPDX-License-Identifier: Apache-2.0
--
-- What nodes counted beside flows: policy rules, switch ports, and the exporters' own processes.
--
-- A column that carries a field of StatisticsSchema has the field's name; NULL is unknown, which is not zero. "name" after a column: an id
-- of that table. Times are milliseconds since 1970-01-01T00:00:00Z.

-- A policy rule on a node, as long as what it is called stays the same. Below what identifies it, the last observation's time and
-- totals: what comes next grew from there, and what is not later has been counted.
CREATE TABLE rule (
  id INTEGER PRIMARY KEY,

  sourceNodeName INTEGER, -- name
  commonPropertiesId INTEGER,
  ingressNetworkPolicyName INTEGER, -- name
  ingressNetworkPolicyNamespace INTEGER, -- name
  ingressNetworkPolicyType INTEGER,
  ingressNetworkPolicyRuleName INTEGER, -- name
  ingressNetworkPolicyRuleAction INTEGER,
  egressNetworkPolicyName INTEGER, -- name
  egressNetworkPolicyNamespace INTEGER, -- name
  egressNetworkPolicyType INTEGER,
  egressNetworkPolicyRuleName INTEGER, -- name
  egressNetworkPolicyRuleAction INTEGER,

  observationTimeMilliseconds INTEGER,
  observedFlowTotalCount INTEGER,
  packetTotalCount INTEGER,
  octetTotalCount INTEGER
) STRICT;

CREATE INDEX rule_by_number ON rule (commonPropertiesId, sourceNodeName);

-- One row for each stored observation of a rule; the id is the time, as in interval. Deltas are growth of the totals since the rule's row before.
CREATE TABLE rule_statistics (
  id INTEGER PRIMARY KEY,
  rule INTEGER NOT NULL,

  observationTimeMilliseconds INTEGER,
  monitoringIntervalStartMilliSeconds INTEGER,
  observedFlowTotalCount INTEGER,
  packetTotalCount INTEGER,
  octetTotalCount INTEGER,
  deltaFlowCount INTEGER,
  packetDeltaCount INTEGER,
  octetDeltaCount INTEGER
) STRICT;

-- A port of a node's switch, as long as its name, number and pod stay the same.
CREATE TABLE port (
  id INTEGER PRIMARY KEY,

  sourceNodeName INTEGER, -- name
  interfaceName INTEGER, -- name
  ingressInterface INTEGER,
  sourcePodName INTEGER, -- name
  sourcePodNamespace INTEGER, -- name

  observationTimeMilliseconds INTEGER,
  packetTotalCount INTEGER,
  octetTotalCount INTEGER,
  reversePacketTotalCount INTEGER,
  reverseOctetTotalCount INTEGER,
  droppedPacketTotalCount INTEGER,
  reverseDroppedPacketTotalCount INTEGER,
  ignoredPacketTotalCount INTEGER,
  reverseIgnoredPacketTotalCount INTEGER
) STRICT;

CREATE INDEX port_by_interface ON port (interfaceName, sourceNodeName);

CREATE TABLE port_statistics (
  id INTEGER PRIMARY KEY,
  port INTEGER NOT NULL,

  observationTimeMilliseconds INTEGER,
  monitoringIntervalStartMilliSeconds INTEGER,
  packetTotalCount INTEGER,
  octetTotalCount INTEGER,
  reversePacketTotalCount INTEGER,
  reverseOctetTotalCount INTEGER,
  droppedPacketTotalCount INTEGER,
  reverseDroppedPacketTotalCount INTEGER,
  ignoredPacketTotalCount INTEGER,
  reverseIgnoredPacketTotalCount INTEGER,
  packetDeltaCount INTEGER,
  octetDeltaCount INTEGER,
  reversePacketDeltaCount INTEGER,
  reverseOctetDeltaCount INTEGER,
  droppedPacketDeltaCount INTEGER,
  reverseDroppedPacketDeltaCount INTEGER
) STRICT;

-- A counter of an exporter, by its element's name or its own, with its last value.
CREATE TABLE exporter_counter (
  id INTEGER PRIMARY KEY,
  exporter INTEGER NOT NULL, -- name
  observationDomainID INTEGER NOT NULL,
  name INTEGER NOT NULL, -- name
  process INTEGER NOT NULL, -- meteringProcessId or exportingProcessId; 0 for neither
  nodeName INTEGER, -- name
  since INTEGER, -- when the counter began; NULL if the exporter does not tell
  time INTEGER NOT NULL, -- when it was read, by the exporter's clock
  value INTEGER NOT NULL,
  UNIQUE (exporter, observationDomainID, name, process)
) STRICT;

-- The last value that came of a counter in a minute by the collector's clock, and how much it grew by what came in that minute; NULL
-- for one that rises and falls.
CREATE TABLE exporter_statistic (
  minute INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  value INTEGER NOT NULL,
  growth INTEGER,
  PRIMARY KEY (minute, counter)
) STRICT, WITHOUT ROWID;

-- The ledger's further counts. What an older program wrote has none of them.
ALTER TABLE exporter_minute ADD COLUMN reordered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN duplicated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN restarts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN setsKept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN setsReleased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN setsExpired INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN halves INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN unnamed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN notSent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN untracked INTEGER NOT NULL DEFAULT 0;
