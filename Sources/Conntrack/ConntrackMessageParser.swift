// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Reads the conntrack entries out of what a ctnetlink socket delivers: answers to a dump, or events.
///
/// It is pure and never traps: each length is checked, a malformed message or entry is counted and skipped. Every entry
/// is counted once: `entries` kept, `otherZones`, `overCapacity`, or `rejected` by reason.
/// It keeps nothing of an entry and allocates nothing, unless something is rejected.
public struct ConntrackMessageParser: Sendable {
    /// Only entries of these zones are kept; nil keeps all.
    private let zones: [UInt16]?
    /// Messages with another sequence number are rejected; nil takes all, as events need, which carry 0.
    private let sequenceNumber: UInt32?
    private let capacity: Int

    /// Entries handed over.
    public private(set) var entries = 0
    /// Entries of zones that were not asked for.
    public private(set) var otherZones = 0
    /// Entries there was no room for.
    public private(set) var overCapacity = 0
    public private(set) var rejected: [RejectionReason: Int] = [:]
    /// The kernel said that the table changed while it was read (NLM_F_DUMP_INTR): entries may be missing or there twice.
    public private(set) var interrupted = false

    /// - Parameter capacity: how many entries this parser hands over at most.
    public init(zones: [UInt16]? = nil, sequenceNumber: UInt32? = nil, capacity: Int = .max) {
        self.zones = zones
        self.sequenceNumber = sequenceNumber
        self.capacity = capacity
    }

    public typealias Progress = AnswerProgress

    /// Appends the entries of a datagram, which is one or more netlink messages.
    ///
    /// - Complexity: O(octets), nothing allocated beside `connections`, unless something is rejected.
    public mutating func receive(_ octets: Span<UInt8>, into connections: inout [Connection]) -> Progress {
        receive(octets) { connection, _ in connections.append(connection) }
    }

    /// Hands over the entries of a datagram, each with what its message says happened to it; an answer to a dump says nothing of that.
    ///
    /// - Complexity: O(octets).
    public mutating func receive(_ octets: Span<UInt8>, _ take: (Connection, ConnectionEvent.Kind) -> Void) -> Progress {
        // Safe because octets have no padding, whose content would be undefined.
        let datagram = unsafe octets.bytes
        var messages = NetlinkMessages()
        do throws(RejectionReason) {
            while let message = try messages.next(in: datagram) {
                let progress = self.take(message, of: datagram, take)
                guard progress == .unfinished else { return progress }
            }
        } catch {
            reject(error)
        }
        return .unfinished
    }

    private mutating func take(
        _ message: NetlinkMessage, of datagram: RawSpan, _ take: (Connection, ConnectionEvent.Kind) -> Void
    ) -> Progress {
        let header = message.header
        if let sequenceNumber, sequenceNumber != header.sequenceNumber {
            reject(.foreignSequenceNumber)
            return .unfinished
        }
        if header.flags.contains(.dumpInterrupted), header.type == NetlinkMessageType.done || header.type >= 0x10 {
            interrupted = true
        }
        do throws(RejectionReason) {
            if let kind = Self.kind(of: header) {
                try takeEntry(message.body, kind, of: datagram, take)
                return .unfinished
            }
            guard let progress = try message.control(in: datagram) else { throw .unexpectedMessage }
            return progress
        } catch {
            reject(error)
            return .unfinished
        }
    }

    /// An event that an entry is new is marked as a request to make it would be (ctnetlink_conntrack_event).
    private static func kind(of header: NetlinkHeader) -> ConnectionEvent.Kind? {
        switch header.type {
        case NetlinkMessageType.newEntry: header.flags.contains(.create) ? .new : .updated
        case NetlinkMessageType.deletedEntry: .destroyed
        default: nil
        }
    }

    private mutating func takeEntry(
        _ body: Range<Int>, _ kind: ConnectionEvent.Kind, of datagram: RawSpan, _ take: (Connection, ConnectionEvent.Kind) -> Void
    ) throws(RejectionReason) {
        // The body begins with `struct nfgenmsg`: address family, version, resource id; the attributes say all of it again.
        guard body.count >= 4 else { throw .messageLength }
        var decoder = ConntrackEntryDecoder()
        let connection = try decoder.decode(body.lowerBound + 4..<body.upperBound, of: datagram, isDestroyed: kind == .destroyed)
        if let zones, !zones.contains(connection.zone) {
            otherZones += 1
        } else if entries >= capacity {
            overCapacity += 1
        } else {
            take(connection, kind)
            entries += 1
        }
    }

    private mutating func reject(_ reason: RejectionReason) {
        rejected[reason, default: 0] += 1
    }
}
