// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// What happens in a simulated cluster: its nodes and pods, the connections between them, and everything that goes wrong.
///
/// A scenario is drawn from a seed and never changes after that, except that connections and faults are taken away from it to find out
/// which of them a failure needs (``Shrinking``). What is left happens as it did before.
public struct Scenario: Sendable {
    public let seed: UInt64
    /// By the true clock, as all times here.
    public let began: Timestamp
    public let ended: Timestamp
    public let nodes: [Node]
    public let pods: [Pod]
    public let services: [Service]
    public var connections: [TrueConnection]
    public var faults: [NumberedFault]

    public struct Node: Sendable {
        public let index: Int
        public let isDatagram: Bool
        /// Whether the switch forwards in user space: its connection tracking then tells no counters, ids, starts or events.
        public let isUserspace: Bool
        /// Between something that happens to a connection and the exporter's word of it.
        let eventDelay: Duration
        /// When in its rhythm of five seconds the node polls, and when in a second it looks for records that are due.
        let pollPhase: Duration, meterPhase: Duration
        let messageLength: Int

        public var name: String { "node\(index + 1)" }
        var network: IPPrefix { IPPrefix("10.10.\(index + 1).0/24")! }
        var gateway: IPAddress { IPAddress(v4: 0x0A0A_0001 | UInt32(index + 1) << 8) }
        var address: IPAddress { IPAddress(v4: 0xC0A8_0000 | UInt32(index + 1)) }
    }

    /// One owner of an address, for as long as it has it.
    public struct Pod: Sendable {
        public let name: String
        public let namespace: String
        public let node: Int
        public let v4: IPAddress, v6: IPAddress
        public let from: Timestamp
        public let to: Timestamp?
        /// How long it takes the node to hear of its coming and its going.
        let delay: Duration

        func lives(from begin: Timestamp, to end: Timestamp) -> Bool { from <= begin && to.map { end <= $0 } ?? true }
    }

    public struct Service: Sendable {
        public let name: String
        public let address: IPAddress
        public let port: UInt16
    }

    /// A fault keeps its number when others are taken away.
    public struct NumberedFault: Sendable {
        public let number: Int
        public let fault: Fault
    }

    public enum Fault: Sendable {
        /// The node's clock is ahead by so much; behind if negative.
        case skew(node: Int, Duration)
        /// One in so many messages.
        case lossOfMessages(node: Int, oneIn: Int)
        case repetition(node: Int, oneIn: Int)
        case lateness(node: Int, oneIn: Int)
        /// Every message may take up to so much longer.
        case reordering(node: Int, Duration)
        /// One in so many events of connection tracking is lost.
        case lossOfEvents(node: Int, oneIn: Int)
        /// A poll breaks off halfway, one in so many times.
        case brokenPolls(node: Int, oneIn: Int)
        /// Killed, and started again after so much.
        case exporterRestart(node: Int, at: Timestamp, for: Duration)
        /// A stream breaks; what was on its way is gone.
        case brokenStream(node: Int, at: Timestamp, for: Duration)
        case aggregatorCrash(at: Timestamp, for: Duration)
    }
}

extension Scenario.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .skew(let node, let duration): "the clock of node\(node + 1) is off by \(duration.wholeMilliseconds) ms"
        case .lossOfMessages(let node, let count): "one in \(count) messages of node\(node + 1) is lost"
        case .repetition(let node, let count): "one in \(count) messages of node\(node + 1) comes twice"
        case .lateness(let node, let count): "one in \(count) messages of node\(node + 1) is late"
        case .reordering(let node, let duration): "messages of node\(node + 1) take up to \(duration.wholeMilliseconds) ms longer"
        case .lossOfEvents(let node, let count): "one in \(count) events of node\(node + 1) is lost"
        case .brokenPolls(let node, let count): "one in \(count) polls of node\(node + 1) breaks off"
        case .exporterRestart(let node, let time, let duration):
            "the exporter of node\(node + 1) is killed at \(time) for \(duration.wholeMilliseconds) ms"
        case .brokenStream(let node, let time, let duration):
            "the stream of node\(node + 1) breaks at \(time) for \(duration.wholeMilliseconds) ms"
        case .aggregatorCrash(let time, let duration): "the aggregator is killed at \(time) for \(duration.wholeMilliseconds) ms"
        }
    }
}

extension Scenario {
    /// What there is and what goes wrong, a line each.
    public var summary: [String] {
        let identities = Identities(self)
        return [
            "from \(began) to \(ended), \(nodes.map { "\($0.name) (\($0.isDatagram ? "UDP" : "TCP")\($0.isUserspace ? ", userspace" : ""))" }.joined(separator: ", "))"
        ]
            + faults.map { "fault \($0.number): \($0.fault)" }
            + connections.map { truth in
                let ingress = truth.isPassedOn(in: self) ? truth.ingress.map { ", in by \(nodes[$0].name)" } ?? "" : ""
                return "connection \(identities.text(of: truth)) from \(truth.begins) to \(truth.ends)\(ingress)"
                    + (truth.confusion == nil ? "" : ", not to be told from another")
            }
    }
}
