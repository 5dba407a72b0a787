-- SPDX-License-Identifier: Apache-2.0
--
-- Of which minutes is something missing, from whom, and what?
--
-- :from, :to  seconds since 1970-01-01T00:00:00Z; by default the last day

SELECT
  minute,
  nodeName,
  exporter,
  records,
  lost,
  setsWithoutTemplate,
  malformed,
  refused,
  late,
  notSent,
  untracked,
  datagramsDropped,
  sessionsRefused,
  intervalsLost
FROM completeness
WHERE unixepoch(minute) >= coalesce(:from, unixepoch('now', '-1 day'))
  AND unixepoch(minute) < coalesce(:to, unixepoch('now') + 1)
  AND NOT isComplete
ORDER BY minute, nodeName, exporter
