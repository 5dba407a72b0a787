// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX
internal import Metering

/// A connection as it really is: between whom, how much, what policy said of it.
public struct TrueConnection: Sendable {
    public enum Place: Sendable, Hashable {
        /// By its place in ``Scenario/pods``.
        case pod(Int)
        case external(IPAddress)
    }

    public enum Verdict: String, Sendable, CaseIterable {
        case none, allowed, egressDrop, egressReject, ingressDrop, ingressReject

        var isDenied: Bool { self != .none && self != .allowed }
        var isDeniedAtSource: Bool { self == .egressDrop || self == .egressReject }
    }

    /// Growth of all that was counted, at a time.
    public struct Step: Sendable {
        let time: Timestamp
        let growth: Connection.Counters
        /// Packets and octets of `growth` that the source's node counted and the destination's never saw.
        let missed: Connection.Counters
    }

    public let number: Int
    public let type: FlowType
    public let source: Place, destination: Place
    let sourceAddress: IPAddress, destinationAddress: IPAddress
    let protocolIdentifier: UInt8
    let sourcePort: UInt16, destinationPort: UInt16
    let icmp: Connection.ICMP?
    /// By its place in ``Scenario/services``; the client wanted to go there.
    let service: Int?
    /// The node that a client from outside came in by, which translated its address and port; nil when nothing did.
    let ingress: Int?
    public let verdict: Verdict
    public let begins: Timestamp, ends: Timestamp
    let steps: [Step]
    /// How long its entries stay after its end.
    let lingering: Duration
    /// How much later the destination's node sees what the source's saw.
    let latency: Duration
    /// What connections of one tuple share whose halves nobody can tell apart by two nodes' clocks; nil when each half can be of one only.
    var confusion: Int?
}

extension TrueConnection {
    /// Rule ids are the same on every node.
    enum Rule {
        static let ingressAllow: UInt32 = 3, egressAllow: UInt32 = 7, ingressDeny: UInt32 = 11, egressDeny: UInt32 = 13
    }

    /// Whose entry or attempt it is: both when one node has both ends.
    public enum Side: String, Sendable, Hashable, CaseIterable { case source, destination, both }

    var isTranslated: Bool { ingress != nil }

    func node(of place: Place, in scenario: Scenario) -> Int? {
        if case .pod(let index) = place { scenario.pods[index].node } else { nil }
    }

    /// Whether a client from outside came in by another node than its endpoint's.
    func isPassedOn(in scenario: Scenario) -> Bool { ingress.map { $0 != node(of: destination, in: scenario) } ?? false }

    /// Whether two nodes each see a half.
    func hasTwoHalves(in scenario: Scenario) -> Bool { type == .interNode || isPassedOn(in: scenario) }

    /// The nodes whose connection tracking has an entry of it.
    func tracked(in scenario: Scenario) -> [(node: Int, side: Side)] {
        switch verdict {
        case .none, .allowed: observers(in: scenario)
        // What is refused at its source is never committed, nor is what is refused on the node that it would not have left.
        case .egressDrop, .egressReject: []
        case .ingressDrop, .ingressReject: type == .interNode ? observers(in: scenario).filter { $0.side == .source } : []
        }
    }

    /// The node that refuses it.
    func refusing(in scenario: Scenario) -> (node: Int, side: Side)? {
        guard verdict.isDenied else { return nil }
        let all = observers(in: scenario)
        return verdict.isDeniedAtSource ? all.first { $0.side != .destination } : all.first { $0.side != .source }
    }

    private func observers(in scenario: Scenario) -> [(node: Int, side: Side)] {
        let destination = node(of: destination, in: scenario)
        let source = node(of: source, in: scenario) ?? (isPassedOn(in: scenario) ? ingress : nil)
        if let source, source == destination { return [(source, .both)] }
        return [source.map { ($0, Side.source) }, destination.map { ($0, Side.destination) }].compactMap { $0 }
    }

    /// When a side first sees it, by the true clock.
    func firstSight(of side: Side) -> Timestamp { side == .destination ? begins + latency : begins }

    func label(at side: Side) -> Connection.Label {
        guard verdict == .allowed || verdict == .ingressDrop || verdict == .ingressReject else { return Connection.Label() }
        var low: UInt64 = 0
        if side != .destination, case .pod = source { low |= UInt64(Rule.egressAllow) << 32 }
        if side != .source, verdict == .allowed, case .pod = destination { low |= UInt64(Rule.ingressAllow) }
        return Connection.Label(low: low)
    }
}
