// SPDX-License-Identifier: Apache-2.0

/// What was found in a Message that is being read, before it is known to be whole.
struct MessageReading {
    var message: Message
    /// The domain's counts as they will be if the Message is accepted.
    var statistics: DecodingStatistics
    /// Data Sets without template, by id.
    var unread: [(id: UInt16, body: Range<Int>)] = []
    var bringsTemplates = false
    /// Whether a template came for which Sets of earlier Messages wait.
    var bringsAwaited = false
    /// The id of the template that could not be read.
    var unreadableTemplate: UInt16?
    let now: Timestamp

    init(_ header: MessageHeader, counting statistics: DecodingStatistics, at now: Timestamp) {
        message = Message(header: header)
        self.statistics = statistics
        self.now = now
    }

    /// Data Records of the Sets that could be read.
    var records: Int { message.dataSets.reduce(0) { $0 + $1.recordCount } }
}

extension DecodingStatistics {
    mutating func count(records: Int, of template: Template) {
        if template.isOptionsTemplate { optionsRecords += UInt64(records) } else { dataRecords += UInt64(records) }
    }
}
