-- SPDX-License-Identifier: Apache-2.0
--
-- Of which time an import tells, and whether what it counts is a sample: answers about that time say so. NULL for imports of before, for files
-- without flows, and where nothing was told of sampling.

ALTER TABLE import ADD COLUMN firstEnd INTEGER; -- milliseconds since 1970-01-01T00:00:00Z, as of flowEndMilliseconds
ALTER TABLE import ADD COLUMN lastEnd INTEGER; -- the same of the last
ALTER TABLE import ADD COLUMN samplingInterval INTEGER; -- one packet or flow in so many was looked at; the largest that was told
