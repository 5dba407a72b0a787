// SPDX-License-Identifier: Apache-2.0

import IPFIX
import IPFIXTransport
import Logging

/// What was refused of one session. The first is logged, and further ones whenever they are twice as many: a peer that sends garbage without end
/// writes a few lines, and all of it is counted.
struct SessionRefusals {
    private var messages: UInt64 = 0
    private var foreignRecords: UInt64 = 0

    /// Counts a message that is none.
    mutating func note(_ error: MessageError, from session: TransportSession, _ logger: Logger) {
        messages += 1
        guard messages.nonzeroBitCount == 1 else { return }
        logger.warning("message refused", metadata: ["peer": "\(session)", "cause": "\(error)", "refused so far": "\(messages)"])
    }

    /// Counts records that name another node than their sender may.
    mutating func note(foreign records: UInt64, from session: TransportSession, _ logger: Logger) {
        let before = foreignRecords
        foreignRecords += records
        guard before == 0 || before.leadingZeroBitCount != foreignRecords.leadingZeroBitCount else { return }
        logger.warning(
            "records refused: they name another node than their sender's certificate",
            metadata: [
                "peer": "\(session)", "certificate": "\(session.nodeName ?? "none")", "refused so far": "\(foreignRecords)",
            ])
    }
}
