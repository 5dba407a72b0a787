// SPDX-License-Identifier: Apache-2.0

@testable import Conntrack

/// The kernel keeps labels only in a network namespace where something can set them (nf_connlabels_get in
/// net/netfilter/nf_conntrack_labels.c). Here that is an nftables rule, in a chain that no packet reaches.
enum LabelRule {
    /// `table ip weir { chain labels { ct label set 0 } }`, in the calling thread's network namespace.
    static func add() throws {
        try RuleBatch.add(chain: "labels", RuleBatch.text(3, "labels"), expressions)
    }

    /// `immediate` puts sixteen octets into register 1, `ct` sets the labels (NFT_CT_LABELS) from it.
    private static var expressions: [UInt8] {
        let register = networkOctets(UInt32(1))
        let value = EntryWriter.nested(2, EntryWriter.attribute(1, [UInt8](repeating: 0, count: 16)))
        return RuleBatch.expression("immediate", EntryWriter.attribute(1, register) + value)
            + RuleBatch.expression("ct", EntryWriter.attribute(2, networkOctets(UInt32(13))) + EntryWriter.attribute(4, register))
    }
}
