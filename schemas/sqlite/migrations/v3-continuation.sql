-- SPDX-License-Identifier: Apache-2.0
--
-- What a program that starts again needs of a live connection beyond its last interval, which has the totals of both sides.

-- When each node says that the connection began, in milliseconds after flowStartMilliseconds; NULL for a half that is not here, or of a
-- store that was written before.
ALTER TABLE connection ADD COLUMN sourceStart INTEGER;
ALTER TABLE connection ADD COLUMN destinationStart INTEGER;
