// SPDX-License-Identifier: Apache-2.0

internal import FlowModel

/// A filter is refused with a place in it and a reason, or it can be written and read again, and asked of a record.
enum FilterTarget {
    static func run(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        let names = NameTable(seed: 1)
        do throws(FilterError) {
            let filter = try FlowFilter(parsing: text)
            precondition(
                filter.holds(for: FlowRecord(), names) != FlowFilter.not(filter).holds(for: FlowRecord(), names), "neither true nor false")
            let written = "\(filter)"
            // Writing one makes it longer, so that the longest cannot be read again.
            guard written.unicodeScalars.count <= FlowFilter.longestText else { return }
            if let again = try? FlowFilter(parsing: written) {
                precondition(again == filter, "another filter is read than was written")
            } else {
                preconditionFailure("what was written is not read")
            }
        } catch {
            let count = text.unicodeScalars.count
            precondition(!error.problem.isEmpty && error.place.upperBound <= max(count, 1), "refused without a reason or a place")
        }
    }
}
