// SPDX-License-Identifier: Apache-2.0

@testable import Conntrack

/// The kernel keeps labels only in a network namespace where something can set them (nf_connlabels_get in
/// net/netfilter/nf_conntrack_labels.c). Here that is an nftables rule, in a chain that no packet reaches.
enum LabelRule {
    /// `table ip weir { chain labels { ct label set 0 } }`, in the calling thread's network namespace.
    static func add() throws {
        let socket = try NetfilterSocket(timeout: .seconds(5))
        try socket.send(batch)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Each of the three requests is acknowledged on its own once the whole batch is done.
        for _ in 0..<3 {
            let length = try socket.receive(into: &buffer)
            let progress = Parsing(Array(buffer[..<length])).progress
            guard progress == .done else { throw NotAdded(progress: progress) }
        }
    }

    struct NotAdded: Error, CustomStringConvertible {
        let progress: ConntrackMessageParser.Progress
        var description: String { "the nftables rule that makes the kernel keep labels was not added: \(progress)" }
    }

    // Numbers of linux/netfilter/nf_tables.h and nfnetlink.h; the family is NFPROTO_IPV4.
    private static var batch: [UInt8] {
        let table = text(1, "weir"), chain = text(2, "labels")
        return message(0x10, family: 0, resource: 10, [])
            + message(0x0A00, acknowledged: true, text(1, "weir"))
            + message(0x0A03, acknowledged: true, table + text(3, "labels"))
            + message(0x0A06, acknowledged: true, table + chain + EntryWriter.nested(4, expressions))
            + message(0x11, family: 0, resource: 10, [])
    }

    /// `immediate` puts sixteen octets into register 1, `ct` sets the labels (NFT_CT_LABELS) from it.
    private static var expressions: [UInt8] {
        let register = networkOctets(UInt32(1))
        let value = EntryWriter.nested(2, EntryWriter.attribute(1, [UInt8](repeating: 0, count: 16)))
        return expression("immediate", EntryWriter.attribute(1, register) + value)
            + expression("ct", EntryWriter.attribute(2, networkOctets(UInt32(13))) + EntryWriter.attribute(4, register))
    }

    private static func expression(_ name: String, _ attributes: [UInt8]) -> [UInt8] {
        EntryWriter.nested(1, text(1, name) + EntryWriter.nested(2, attributes))
    }

    private static func text(_ type: UInt16, _ text: String) -> [UInt8] {
        EntryWriter.attribute(type, Array(text.utf8) + [0])
    }

    private static func message(
        _ type: UInt16, family: UInt8 = 2, resource: UInt16 = 0, acknowledged: Bool = false, _ attributes: [UInt8]
    ) -> [UInt8] {
        let flags: NetlinkHeader.Flags = acknowledged ? [.request, .create, .acknowledge] : [.request]
        return EntryWriter.message([family, 0] + networkOctets(resource) + attributes, type: type, flags: flags)
    }
}
