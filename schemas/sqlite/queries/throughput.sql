-- SPDX-License-Identifier: Apache-2.0
--
-- How much moved, minute by minute, in bits a second?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour
--
-- An interval counts in the minute in which it ended.

SELECT
  (id >> 22) / 60 * 60 AS time,
  total(octetDeltaCount) * 8 / 60 AS bitsPerSecond,
  total(reverseOctetDeltaCount) * 8 / 60 AS reverseBitsPerSecond
FROM flows
WHERE id >= coalesce(:from, unixepoch('now', '-1 hour')) << 22
  AND id < coalesce(:to, unixepoch('now') + 1) << 22
GROUP BY (id >> 22) / 60
ORDER BY time
