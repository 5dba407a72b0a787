// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import FlowModel
internal import FlowStore
internal import IPFIX

/// What `weir top` orders by.
enum TopOrder: String, ExpressibleByArgument, CaseIterable {
    case octets, packets, flows, connections
    /// As octets, and shown as bits per second.
    case throughput
    /// Connections that a policy dropped or rejected; others are not looked at.
    case denied

    /// nfdump's word for octets is understood too.
    init?(argument: String) { self.init(rawValue: argument == "bytes" ? "octets" : argument) }

    var order: TopQuery.Order {
        switch self {
        case .octets, .throughput: .octets
        case .packets: .packets
        case .flows: .flows
        case .connections, .denied: .connections
        }
    }

    /// The filter with what the order itself asks for.
    func filter(_ filter: FlowFilter?) throws(FilterError) -> FlowFilter? {
        guard self == .denied else { return filter }
        return .all(of: [filter, try FlowFilter(parsing: "denied")])
    }

    /// A measure in its unit.
    func text(_ value: UInt64?, over seconds: Int64, _ numbers: NumberStyle) -> String {
        switch self {
        case .octets: numbers.octets(value)
        case .throughput: numbers.bitsPerSecond(value.map { NumberStyle.bitsPerSecond($0, over: seconds) })
        case .packets, .flows, .connections, .denied: numbers.count(value)
        }
    }
}

extension NumberStyle {
    /// Rounded towards zero; saturates.
    static func bitsPerSecond(_ octets: UInt64, over seconds: Int64) -> UInt64 {
        UInt64(clamping: UInt128(octets) * 8 / UInt128(max(seconds, 1)))
    }
}

extension TimeRange {
    /// At least one.
    var lengthInSeconds: Int64 { max(1, (to - from).wholeMilliseconds / 1000) }

    func moved(back span: Duration) -> TimeRange { TimeRange(from: from - span, to: to - span) }
}
