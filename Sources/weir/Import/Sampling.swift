// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX

/// What an exporter tells of how it sampled, in options records or in those of flows: RFC 5477 §8 and IANA's samplingInterval and
/// samplerRandomInterval, which NetFlow v9 has too.
enum Sampling {
    private static let intervals = [34, 50].map { InformationElement.ID(enterprise: .iana, number: $0) }
    private static let packetInterval = InformationElement.ID(enterprise: .iana, number: 305)
    private static let packetSpace = InformationElement.ID(enterprise: .iana, number: 306)

    static func isTold(by template: Template) -> Bool {
        template.fields.contains { intervals.contains($0.element) || $0.element == packetInterval }
    }

    /// One packet or flow in so many; nil where the record tells nothing. Of packets in a row and those passed over behind them, the mean, rounded.
    static func interval(in record: DataRecord) -> UInt64? {
        for element in intervals {
            if case .unsigned(let interval)? = record[element], interval > 0 { return interval }
        }
        guard case .unsigned(let taken)? = record[packetInterval], case .unsigned(let passed)? = record[packetSpace], taken > 0 else {
            return nil
        }
        let (both, overflow) = taken.addingReportingOverflow(passed)
        return overflow ? .max : both / taken + (both % taken * 2 >= taken ? 1 : 0)
    }
}

extension ImportProgress {
    var samplingText: String {
        "one in \(samplingInterval ?? 1) was sampled by what the file tells; counts are those of the sample, not scaled up"
    }
}
