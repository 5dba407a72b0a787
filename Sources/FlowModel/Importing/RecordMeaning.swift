// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What a value of a record tells of a flow, by the name of its element or field.
enum RecordMeaning: Sendable, Hashable {
    case field(FlowField)
    /// The field, where no value under the field's own name tells it.
    case substitute(FlowField)
    case time(Moment, Precision)
    /// Microseconds before the Message was exported.
    case before(Moment)
    /// How long the flow took.
    case durationMilliseconds, durationMicroseconds
    case icmpType, icmpCode
    /// Says which records are of the same connection.
    case connection

    enum Moment: Sendable, Hashable, CaseIterable { case start, end, observation }

    /// What is told more exactly counts where a record tells a time twice.
    enum Precision: Int, Sendable, Comparable {
        case seconds, milliseconds, finer

        static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    /// By the names of the schema's fields, of their elements, and of elements that say the same in another way.
    static let byName: [String: RecordMeaning] = {
        var meanings: [String: RecordMeaning] = [:]
        for definition in FlowSchema.fields {
            meanings[definition.name] = .field(definition.field)
            for element in definition.elements.all { meanings[element.name] = .field(definition.field) }
        }
        for (prefix, moment) in [("flowStart", Moment.start), ("flowEnd", .end), ("observationTime", .observation)] {
            meanings[prefix + "Seconds"] = .time(moment, .seconds)
            meanings[prefix + "Milliseconds"] = .time(moment, .milliseconds)
            meanings[prefix + "Microseconds"] = .time(moment, .finer)
            meanings[prefix + "Nanoseconds"] = .time(moment, .finer)
        }
        return meanings.merging(others) { $1 }
    }()

    private static let others: [String: RecordMeaning] = [
        "flowStartDeltaMicroseconds": .before(.start), "flowEndDeltaMicroseconds": .before(.end),
        "flowDurationMilliseconds": .durationMilliseconds, "flowDurationMicroseconds": .durationMicroseconds,
        "icmpTypeIPv4": .icmpType, "icmpTypeIPv6": .icmpType, "icmpCodeIPv4": .icmpCode, "icmpCodeIPv6": .icmpCode,
        // Cisco's firewalls tell both directions by these.
        "initiatorOctets": .substitute(.octetDeltaCount), "responderOctets": .substitute(.reverseOctetDeltaCount),
        "initiatorPackets": .substitute(.packetDeltaCount), "responderPackets": .substitute(.reversePacketDeltaCount),
        // What left a middlebox, of exporters that count there only.
        "postOctetDeltaCount": .substitute(.octetDeltaCount), "postPacketDeltaCount": .substitute(.packetDeltaCount),
        "postOctetTotalCount": .substitute(.octetTotalCount), "postPacketTotalCount": .substitute(.packetTotalCount),
        "flowId": .connection, "connection": .connection,
    ]
}
