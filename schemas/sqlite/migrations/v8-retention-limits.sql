-- SPDX-License-Identifier: Apache-2.0
--
-- What the program that writes the store was told to keep, so that whoever reads it can see it beside what there is.

CREATE TABLE retention_limit (
  kept TEXT PRIMARY KEY, -- the name of a resolution; 'ledger' for the ledger and statistics, 'store' for all of the file
  age INTEGER, -- seconds; NULL for ever
  octets INTEGER -- NULL for any size
) STRICT, WITHOUT ROWID;
