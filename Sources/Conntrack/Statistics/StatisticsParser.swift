// SPDX-License-Identifier: Apache-2.0

/// Reads the answers to the two requests for statistics: one message a CPU, and one message about the table.
///
/// It is pure and never traps. A malformed message is counted and skipped.
public struct StatisticsParser: Sendable {
    private let sequenceNumber: UInt32?
    public private(set) var statistics = ConntrackStatistics()
    /// Whether the message about the table has come, which ends its answer.
    private(set) var hasTable = false
    public private(set) var rejected: [RejectionReason: Int] = [:]

    /// - Parameter sequenceNumber: that of the request; messages with another are rejected. Nil takes all.
    public init(sequenceNumber: UInt32? = nil) {
        self.sequenceNumber = sequenceNumber
    }

    /// Takes a datagram, which is one or more netlink messages.
    public mutating func receive(_ octets: Span<UInt8>) -> AnswerProgress {
        // Safe because octets have no padding, whose content would be undefined.
        let datagram = unsafe octets.bytes
        var messages = NetlinkMessages()
        do throws(RejectionReason) {
            while let message = try messages.next(in: datagram) {
                let progress = take(message, of: datagram)
                guard progress == .unfinished else { return progress }
            }
        } catch {
            rejected[error, default: 0] += 1
        }
        return .unfinished
    }

    private mutating func take(_ message: NetlinkMessage, of datagram: RawSpan) -> AnswerProgress {
        do throws(RejectionReason) {
            if let sequenceNumber, sequenceNumber != message.header.sequenceNumber { throw .foreignSequenceNumber }
            switch message.header.type {
            case NetlinkMessageType.cpuStatistics: try takeCPU(message.body, of: datagram)
            case NetlinkMessageType.tableStatistics: try takeTable(message.body, of: datagram)
            default:
                guard let progress = try message.control(in: datagram) else { throw .unexpectedMessage }
                return progress
            }
        } catch {
            rejected[error, default: 0] += 1
        }
        return .unfinished
    }

    /// The resource id of `struct nfgenmsg` is the CPU's number.
    private mutating func takeCPU(_ body: Range<Int>, of datagram: RawSpan) throws(RejectionReason) {
        guard body.count >= 4 else { throw .messageLength }
        let cpu = datagram.network(UInt16.self, at: body.lowerBound + 2)
        var counts: [ConntrackCounter: UInt32] = [:]
        var attributes = NetlinkAttributes(in: body.lowerBound + 4..<body.upperBound)
        while let attribute = try attributes.next(in: datagram) {
            guard let counter = ConntrackCounter(rawValue: attribute.type) else { continue }
            counts[counter] = try datagram.number(UInt32.self, in: attribute.value)
        }
        statistics.cpus[cpu] = counts
    }

    private mutating func takeTable(_ body: Range<Int>, of datagram: RawSpan) throws(RejectionReason) {
        guard body.count >= 4 else { throw .messageLength }
        var entries: UInt32?, maximum: UInt32?
        var attributes = NetlinkAttributes(in: body.lowerBound + 4..<body.upperBound)
        while let attribute = try attributes.next(in: datagram) {
            switch TableAttribute(rawValue: attribute.type) {
            case .entries: entries = try datagram.number(UInt32.self, in: attribute.value)
            case .maximum: maximum = try datagram.number(UInt32.self, in: attribute.value)
            case nil: continue
            }
        }
        guard let entries else { throw .missingValue }
        statistics.entries = entries
        statistics.maximum = maximum
        hasTable = true
    }
}

/// `enum ctattr_stats_global`
private enum TableAttribute: UInt16 {
    case entries = 1
    case maximum = 2
}
