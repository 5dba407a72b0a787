-- SPDX-License-Identifier: Apache-2.0
--
-- What files were imported, so that none is counted twice by mistake, and one that was interrupted can be continued.

CREATE TABLE import (
  digest BLOB NOT NULL, -- SHA-256 of the file
  began INTEGER NOT NULL, -- milliseconds since 1970-01-01T00:00:00Z
  ended INTEGER, -- NULL as long as there is more of the file to store
  file TEXT NOT NULL, -- its name then
  records INTEGER NOT NULL, -- records of flows that were read, in the file's order
  intervals INTEGER NOT NULL, -- of them stored
  skipped INTEGER NOT NULL, -- records that are no flows, or could not be stored or read
  lost INTEGER NOT NULL, -- records that were lost before, by the sequence numbers
  malformed INTEGER NOT NULL, -- messages, or lines, that could not be read
  PRIMARY KEY (digest, began)
) STRICT, WITHOUT ROWID;
