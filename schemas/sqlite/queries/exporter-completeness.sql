-- SPDX-License-Identifier: Apache-2.0
--
-- What came of each exporter, and what is missing?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last hour

SELECT
  nodeName,
  exporter,
  count(*) AS minutes,
  sum(NOT isComplete) AS minutesIncomplete,
  sum(records) AS records,
  sum(lost) AS lost,
  sum(setsWithoutTemplate) AS setsWithoutTemplate,
  sum(malformed) AS malformed,
  sum(notSent) AS notSent,
  max(minute) AS lastMinute
FROM completeness
WHERE unixepoch(minute) >= coalesce(:from, unixepoch('now', '-1 hour'))
  AND unixepoch(minute) < coalesce(:to, unixepoch('now') + 1)
GROUP BY nodeName, exporter
ORDER BY nodeName, exporter
