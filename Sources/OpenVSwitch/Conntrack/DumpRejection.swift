// SPDX-License-Identifier: Apache-2.0

/// Why a line of a dump is not a connection, and where in the line that showed.
struct DumpRejection: Error {
    let reason: ConntrackDumpParser.Reason
    /// Octets from the start of the line.
    let offset: Int

    init(_ reason: ConntrackDumpParser.Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
