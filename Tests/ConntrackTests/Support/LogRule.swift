// SPDX-License-Identifier: Apache-2.0

@testable import Conntrack

/// A rule of nftables that logs every packet that the machine sends, and drops it.
enum LogRule {
    /// `table ip weir { chain denied { type filter hook output priority 0; log group GROUP prefix "PREFIX"; drop; } }`, in the calling
    /// thread's network namespace.
    static func add(group: UInt16, prefix: String) throws {
        let hook = EntryWriter.attribute(1, networkOctets(UInt32(3))) + EntryWriter.attribute(2, networkOctets(UInt32(0)))
        let chain = RuleBatch.text(3, "denied") + EntryWriter.nested(4, hook) + RuleBatch.text(7, "filter")
        let log = EntryWriter.attribute(1, networkOctets(group)) + RuleBatch.text(2, prefix)
        // NF_DROP into the register of the verdict.
        let verdict = EntryWriter.nested(2, EntryWriter.nested(2, EntryWriter.attribute(1, networkOctets(UInt32(0)))))
        let drop = EntryWriter.attribute(1, networkOctets(UInt32(0))) + verdict
        try RuleBatch.add(chain: "denied", chain, RuleBatch.expression("log", log) + RuleBatch.expression("immediate", drop))
    }
}
