// SPDX-License-Identifier: Apache-2.0

public import Metering

/// Reads the conntrack entries out of what a ctnetlink socket delivers: answers to a dump, or events.
///
/// It is pure and never traps: each length is checked, a malformed message or entry is counted and skipped. Every entry
/// is counted once: `entries` kept, `otherZones`, `overCapacity`, or `rejected` by reason.
/// Memory grows only by what is appended to the caller's array.
public struct ConntrackMessageParser: Sendable {
    /// Only entries of these zones are kept; nil keeps all.
    private let zones: [UInt16]?
    /// Messages with another sequence number are rejected; nil takes all, as events need, which carry 0.
    private let sequenceNumber: UInt32?
    private let capacity: Int

    /// Entries appended.
    public private(set) var entries = 0
    /// Entries of zones that were not asked for.
    public private(set) var otherZones = 0
    /// Entries there was no room for.
    public private(set) var overCapacity = 0
    public private(set) var rejected: [RejectionReason: Int] = [:]
    /// The kernel said that the table changed while it was read (NLM_F_DUMP_INTR): entries may be missing or there twice.
    public private(set) var interrupted = false

    /// - Parameter capacity: how many entries this parser appends at most.
    public init(zones: [UInt16]? = nil, sequenceNumber: UInt32? = nil, capacity: Int = .max) {
        self.zones = zones
        self.sequenceNumber = sequenceNumber
        self.capacity = capacity
    }

    /// What a datagram means for the request it answers.
    public enum Progress: Sendable, Hashable {
        /// More datagrams follow.
        case unfinished
        /// The answer is complete (NLMSG_DONE, or an acknowledgement).
        case done
        /// The kernel refused or broke off: a number of errno.h, positive.
        case failed(errno: Int32)
        /// Messages were lost (NLMSG_OVERRUN).
        case overrun
    }

    /// Appends the entries of a datagram, which is one or more netlink messages.
    ///
    /// - Complexity: O(octets), nothing allocated beside `connections`, unless something is rejected.
    public mutating func receive(_ octets: Span<UInt8>, into connections: inout [Connection]) -> Progress {
        // Safe because octets have no padding, whose content would be undefined.
        let datagram = unsafe octets.bytes
        var position = 0
        while position < datagram.byteCount {
            guard datagram.byteCount - position >= NetlinkHeader.lengthInOctets else {
                reject(.messageLength)
                return .unfinished
            }
            let header = NetlinkHeader(datagram, at: position)
            let length = Int(header.length)
            guard length >= NetlinkHeader.lengthInOctets, length <= datagram.byteCount - position else {
                reject(.messageLength)
                return .unfinished
            }
            let body = position + NetlinkHeader.lengthInOctets..<position + length
            let progress = take(header, body, of: datagram, into: &connections)
            guard progress == .unfinished else { return progress }
            position += netlinkAligned(length)
        }
        return .unfinished
    }

    private mutating func take(
        _ header: NetlinkHeader, _ body: Range<Int>, of datagram: RawSpan, into connections: inout [Connection]
    ) -> Progress {
        if let sequenceNumber, sequenceNumber != header.sequenceNumber {
            reject(.foreignSequenceNumber)
            return .unfinished
        }
        if header.flags.contains(.dumpInterrupted), header.type == NetlinkMessageType.done || header.type >= 0x10 {
            interrupted = true
        }
        switch header.type {
        case NetlinkMessageType.newEntry, NetlinkMessageType.deletedEntry:
            takeEntry(body, of: datagram, into: &connections)
            return .unfinished
        case NetlinkMessageType.done:
            // Since Linux 4.14 the body of NLMSG_DONE says how the dump ended; before, it was empty or zero.
            return body.count >= 4 ? outcome(datagram.native(Int32.self, at: body.lowerBound)) : .done
        case NetlinkMessageType.error:
            guard body.count >= 4 else {
                reject(.messageLength)
                return .unfinished
            }
            return outcome(datagram.native(Int32.self, at: body.lowerBound))
        case NetlinkMessageType.overrun:
            return .overrun
        case NetlinkMessageType.nothing:
            return .unfinished
        default:
            reject(.unexpectedMessage)
            return .unfinished
        }
    }

    private mutating func takeEntry(_ body: Range<Int>, of datagram: RawSpan, into connections: inout [Connection]) {
        do throws(RejectionReason) {
            let connection = try connection(at: body, of: datagram)
            if let zones, !zones.contains(connection.zone) {
                otherZones += 1
            } else if entries >= capacity {
                overCapacity += 1
            } else {
                connections.append(connection)
                entries += 1
            }
        } catch {
            reject(error)
        }
    }

    /// The body begins with `struct nfgenmsg`: address family, version, resource id; the attributes say all of it again.
    private func connection(at body: Range<Int>, of datagram: RawSpan) throws(RejectionReason) -> Connection {
        guard body.count >= 4 else { throw .messageLength }
        var decoder = ConntrackEntryDecoder()
        return try decoder.decode(body.lowerBound + 4..<body.upperBound, of: datagram)
    }

    /// A negative number of errno.h is an error and 0 is success.
    private func outcome(_ code: Int32) -> Progress {
        code < 0 ? .failed(errno: 0 &- code) : .done
    }

    private mutating func reject(_ reason: RejectionReason) {
        rejected[reason, default: 0] += 1
    }
}
