// SPDX-License-Identifier: Apache-2.0

internal import FlowStore
internal import IPFIX

extension TimeRange {
    /// `from 2026-11-23 10:00:00 to 2026-11-23 11:00:00 UTC+01:00`, in local time.
    var text: String {
        let (start, end) = (LocalTime.zone(at: from), LocalTime.zone(at: to))
        return "from \(LocalTime.dateAndTime(from))\(start == end ? "" : " \(start)") to \(LocalTime.dateAndTime(to)) \(end)"
    }
}
