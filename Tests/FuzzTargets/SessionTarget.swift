// SPDX-License-Identifier: Apache-2.0

internal import FlowTesting
internal import IPFIX

/// A sequence of messages of one session, IPFIX or NetFlow v9, over either transport, with its time.
///
/// The first octet chooses the transport and the limits. Each frame has an octet of seconds to pass in front of its message. Every
/// message is counted once, records too, and templates that were saved are the same when they are restored.
enum SessionTarget {
    static func run(_ octets: [UInt8]) {
        let traits = octets.first ?? 0
        var limits = DecodingLimits()
        limits.acceptsNetFlow9 = traits & 2 != 0
        if traits & 4 != 0 {
            limits.fieldsPerTemplate = 8
            limits.templates = 3
            limits.fields = 16
            limits.keptOctets = 512
            limits.domains = 2
        }
        var session = Session(limits: limits, isDatagram: traits & 1 != 0)
        for frame in FramedOctets.frames(of: Array(octets.dropFirst())) { session.receive(frame) }
        session.finish()
    }
}

private struct Session {
    private var decoder: MessageDecoder
    private var now = Timestamp(seconds: 1_800_000_000)
    private var messages: UInt64 = 0
    private var records: UInt64 = 0

    init(limits: DecodingLimits, isDatagram: Bool) {
        decoder = MessageDecoder(limits: limits, isDatagram: isDatagram)
    }

    mutating func receive(_ frame: ArraySlice<UInt8>) {
        now = now + .seconds(Int64(frame.first ?? 0) * 4)
        let octets = Array(frame.dropFirst())
        messages += 1
        do throws(MessageError) {
            let message = try decoder.decode(octets, at: now)
            for set in message.dataSets { count(set, in: octets) }
            for kept in message.released { count(kept.set, in: kept.octets) }
        } catch {
            precondition(!error.description.isEmpty, "an error without a word")
        }
    }

    func finish() {
        let statistics = decoder.statistics
        precondition(statistics.messages + statistics.malformed.total == messages, "messages are counted wrongly")
        precondition(statistics.dataRecords + statistics.optionsRecords == records, "records are counted wrongly")
        precondition(statistics.setsWaiting <= statistics.setsKept, "sets are released that were not kept")
        checkSavedTemplates()
    }

    private mutating func count(_ set: DataSet, in octets: [UInt8]) {
        var position = set.body.lowerBound
        for _ in 0..<set.recordCount {
            for field in set.template.occupiedFields {
                // The span is the array's, which lives through the call.
                guard let range = field.range(in: unsafe octets.span.bytes, at: position, end: set.body.upperBound) else {
                    preconditionFailure("a record reaches beyond its set")
                }
                position = range.upperBound
            }
        }
        records += UInt64(set.recordCount)
    }

    private func checkSavedTemplates() {
        let saved = decoder.savedTemplates()
        var restored = MessageDecoder(limits: decoder.limits, isDatagram: decoder.isDatagram)
        guard (try? restored.restoreTemplates(from: saved, at: now)) != nil else { preconditionFailure("saved templates are malformed") }
        for item in MessageFileReader.items(of: saved) {
            guard case .message = item else { preconditionFailure("saved templates are no file") }
        }
    }
}
