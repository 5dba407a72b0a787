// SPDX-License-Identifier: Apache-2.0

/// Which events the kernel hands over at all.
///
/// * Those that an entry is new or gone.
/// * Of the changes only those of labels, which say which policy rules admitted the connection: a switch may commit a connection
///   first and label it afterwards, and the event of its end has no labels. Changes of state come several times a connection and tell
///   nothing that a poll or the end does not.
/// * Of these only the zones that were asked for.
enum EventFilter {
    private typealias Instruction = SocketFilter.Instruction

    /// Jumps reach 255 instructions; with more zones than this the kernel hands over all of them, and the reader picks.
    static let maximumZones = 200
    /// After `struct nlmsghdr` and `struct nfgenmsg`.
    private static let firstAttribute: UInt32 = 20

    static func filter(zones: [UInt16]?) -> SocketFilter {
        SocketFilter() + kinds + zoneCheck(zones)
    }

    /// Ends for what is refused or none of ours, and goes on behind its last instruction for everything else.
    private static var kinds: [Instruction] {
        [
            .loadHalfword(at: 4),
            .jump(ifEqual: swapped(NetlinkMessageType.deletedEntry), 9),
            .jump(ifEqual: swapped(NetlinkMessageType.newEntry), 1),
            .accept,
            .loadHalfword(at: 6),
            .jump(ifAnyBit: swapped(NetlinkHeader.Flags.create.rawValue), 5),
            .loadNumber(firstAttribute),
            .loadIndex(UInt32(EntryAttribute.labels.rawValue)),
            .findAttribute,
            .jump(ifEqual: 0, 0, else: 1),
            .refuse,
        ]
    }

    private static func zoneCheck(_ zones: [UInt16]?) -> [Instruction] {
        guard let zones, zones.count <= maximumZones else { return [.accept] }
        let listed = zones.enumerated().map { index, zone in
            Instruction.jump(ifEqual: UInt32(zone), UInt8(zones.count - index))
        }
        let zoneZero: [Instruction] = zones.contains(0) ? [.accept] : directional
        // A zone that is not told is 0, or counts for one direction and is told in that direction's tuple.
        let ofAnother = listed + [.refuse, .accept]
        return [
            .loadNumber(firstAttribute),
            .loadIndex(UInt32(EntryAttribute.zone.rawValue)),
            .findAttribute,
            .jump(ifEqual: 0, UInt8(2 + ofAnother.count)),
            .indexFromAccumulator,
            .loadHalfword(afterIndex: 4),
        ] + ofAnother + zoneZero
    }

    /// Accepts a message that tells a zone in one of its tuples; which, the reader looks at.
    private static var directional: [Instruction] {
        [EntryAttribute.originalTuple, .replyTuple].flatMap { tuple -> [Instruction] in
            [
                .loadNumber(firstAttribute),
                .loadIndex(UInt32(tuple.rawValue)),
                .findAttribute,
                .jump(ifEqual: 0, 4),
                .loadIndex(UInt32(TupleAttribute.zone.rawValue)),
                .findNestedAttribute,
                .jump(ifEqual: 0, 1),
                .accept,
            ]
        } + [.refuse]
    }

    /// Headers are in the host's byte order, and the program reads network byte order.
    private static func swapped(_ number: UInt16) -> UInt32 { UInt32(number.bigEndian) }
}
