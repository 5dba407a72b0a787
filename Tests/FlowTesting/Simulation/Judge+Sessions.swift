// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

// Whether the aggregator's own ledger says what became of the messages.
extension Judge {
    mutating func judgeSessions() {
        var records: UInt64 = 0
        for minute in aggregator.minutes.values { records += minute.records }
        if ledger.crashes.isEmpty, records != ledger.deliveredRecords {
            complain("the ledger says that \(records) records came; \(ledger.deliveredRecords) did")
        }
        for session in ledger.sessions.indices where ledger.crashes.isEmpty { judge(session) }
    }

    /// A session of messages that all came, or were lost between others that came.
    private mutating func judge(_ session: Int) {
        let messages = ledger.sessions[session]
        guard let minute = aggregator.minutes[session], let first = messages.firstIndex(where: { $0.copies > 0 }),
            let last = messages.lastIndex(where: { $0.copies > 0 })
        else { return }
        let sent = messages[first...last]
        let lost = sent.filter { $0.copies == 0 }.reduce(0) { $0 + UInt64($1.notes.count) }
        if minute.lost != lost {
            complain("the ledger says that \(minute.lost) records of session \(session) are lost; \(lost) are: \(minute)")
        }
        let duplicated = sent.reduce(0) { $0 + UInt64($1.notes.count * max(0, $1.copies - 1)) }
        if minute.duplicated != duplicated {
            complain("the ledger says that \(minute.duplicated) records of session \(session) came again; \(duplicated) did")
        }
        if minute.malformed > 0 || minute.refused > 0 { complain("session \(session) has malformed messages or refused records") }
    }
}
