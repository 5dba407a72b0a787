// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

extension TimeRange {
    /// `from 2026-11-23 10:00:00 to 2026-11-23 11:00:00`, in local time.
    var text: String { "from \(LocalTime.dateAndTime(from)) to \(LocalTime.dateAndTime(to))" }
}

extension FlowReader {
    /// What to say when a range has no flows: where there are some.
    func remarkOnEmpty(_ range: TimeRange) throws(StoreError) -> String {
        guard let span = try storedSpan() else { return "the store has no flows yet" }
        return "the store has flows from \(LocalTime.dateAndTime(span.lowerBound)) to \(LocalTime.dateAndTime(span.upperBound))"
    }
}
