// SPDX-License-Identifier: Apache-2.0

@testable import Conntrack

/// A table of nftables with one chain and one rule, added in one transaction.
///
/// Numbers of linux/netfilter/nf_tables.h and nfnetlink.h; the family is NFPROTO_IPV4.
enum RuleBatch {
    /// - Parameters:
    ///   - name: of the chain.
    ///   - chain: the chain's attributes beside its table.
    static func add(chain name: String, _ chain: [UInt8], _ expressions: [UInt8]) throws {
        let socket = try NetfilterSocket(timeout: .seconds(5))
        let table = text(1, "weir")
        try socket.send(
            message(0x10, family: 0, resource: 10, [])
                + message(0x0A00, acknowledged: true, table)
                + message(0x0A03, acknowledged: true, table + chain)
                + message(0x0A06, acknowledged: true, table + text(2, name) + EntryWriter.nested(4, expressions))
                + message(0x11, family: 0, resource: 10, []))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Each of the three requests is acknowledged on its own once the whole batch is done.
        for _ in 0..<3 {
            let length = try socket.receive(into: &buffer)
            let progress = Parsing(Array(buffer[..<length])).progress
            guard progress == .done else { throw NotAdded(progress: progress) }
        }
    }

    struct NotAdded: Error, CustomStringConvertible {
        let progress: AnswerProgress
        var description: String { "the nftables rule of a test was not added: \(progress)" }
    }

    static func expression(_ name: String, _ attributes: [UInt8]) -> [UInt8] {
        EntryWriter.nested(1, text(1, name) + EntryWriter.nested(2, attributes))
    }

    static func text(_ type: UInt16, _ text: String) -> [UInt8] {
        EntryWriter.attribute(type, Array(text.utf8) + [0])
    }

    private static func message(
        _ type: UInt16, family: UInt8 = 2, resource: UInt16 = 0, acknowledged: Bool = false, _ attributes: [UInt8]
    ) -> [UInt8] {
        let flags: NetlinkHeader.Flags = acknowledged ? [.request, .create, .acknowledge] : [.request]
        return EntryWriter.message([family, 0] + networkOctets(resource) + attributes, type: type, flags: flags)
    }
}
