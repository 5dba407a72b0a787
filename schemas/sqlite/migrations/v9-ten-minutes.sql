-- SPDX-License-Identifier: Apache-2.0
--
-- Sums by ten minutes, between those by minute and by hour. They begin with the hour that is not over: what is earlier is told by the others.

-- As rollup_1m of v5; the period counts ten minutes.
CREATE TABLE rollup_10m (
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

INSERT INTO resolution (name, complete, oldest)
SELECT '10m', complete * 6, complete * 6
FROM resolution
WHERE name = '1h';

-- The second in which the earliest interval ended that one of the period's follows; NULL when none ended before the period. To the second, since
-- a question may begin in any. Of older periods only the period is known: its first second.
ALTER TABLE rollup_period ADD COLUMN earliest INTEGER;

UPDATE rollup_period
SET earliest = (period - maximumSince) * CASE resolution WHEN '1m' THEN 60 WHEN '1h' THEN 3600 ELSE 86400 END
WHERE maximumSince > 0;

ALTER TABLE rollup_period DROP COLUMN maximumSince;
