-- SPDX-License-Identifier: Apache-2.0
--
-- The whole ledger: what became of every record, why what is missing is, when the aggregator was there, and the templates it had.

-- What an older program wrote has none of them.
ALTER TABLE exporter_minute ADD COLUMN opened INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN merged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN datagramsDropped INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN sessionsRefused INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exporter_minute ADD COLUMN intervalsLost INTEGER NOT NULL DEFAULT 0;

-- Counts of exporter_minute by cause.
CREATE TABLE exporter_drop (
  minute INTEGER NOT NULL,
  exporter INTEGER NOT NULL, -- name
  observationDomainID INTEGER NOT NULL,
  cause INTEGER NOT NULL, -- name
  dropped INTEGER NOT NULL,
  PRIMARY KEY (minute, exporter, observationDomainID, cause)
) STRICT, WITHOUT ROWID;

-- When an aggregator was there, in milliseconds since 1970-01-01T00:00:00Z.
CREATE TABLE aggregator_run (
  began INTEGER PRIMARY KEY,
  reached INTEGER NOT NULL, -- up to when what came is stored
  ended INTEGER -- NULL while it runs, and for one that could not store what it had
) STRICT;

-- Templates of exporters over UDP, who repeat them only now and then, for an aggregator that is started again. Bounded, the latest stay.
CREATE TABLE saved_template (
  exporter TEXT NOT NULL,
  port INTEGER NOT NULL,
  observationDomainID INTEGER NOT NULL,
  time INTEGER NOT NULL, -- of saving, in milliseconds since 1970-01-01T00:00:00Z
  octets BLOB NOT NULL, -- IPFIX Messages, whose Export Times are when the templates came
  PRIMARY KEY (exporter, port, observationDomainID)
) STRICT;
