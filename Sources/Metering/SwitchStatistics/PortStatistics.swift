// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// A port of a node's switch, with the pod behind it.
public struct SwitchPort: Sendable, Hashable {
    /// OpenFlow's number.
    public var number: UInt32
    /// The Interface's name.
    public var interface: String
    /// Nil for gateways, tunnels and uplinks.
    public var pod: LocalPod?

    public init(number: UInt32, interface: String, pod: LocalPod?) {
        self.number = number
        self.interface = interface
        self.pod = pod
    }
}

/// One reading of a port's counters.
public struct PortCount: Sendable, Hashable {
    /// OpenFlow's number.
    public var number: UInt32
    public var counters: PortCounters
    /// How long the port has existed; nil where the switch does not tell.
    public var age: Duration?

    public init(number: UInt32, counters: PortCounters, age: Duration?) {
        self.number = number
        self.counters = counters
        self.age = age
    }
}

/// What one port of a node's switch carried, up to one moment.
public struct PortStatistics: Sendable, Hashable {
    public var node: String
    public var port: SwitchPort
    /// When it was read.
    public var time: Timestamp
    /// When `growth` began: the reading before. The same as `time` at the first.
    public var intervalStart: Timestamp
    public var growth: PortCounters
    /// Since the port was made when this program first saw it, carried on over a port that was made again under the same name.
    public var total: PortCounters

    public init(node: String, port: SwitchPort, time: Timestamp, intervalStart: Timestamp, growth: PortCounters, total: PortCounters) {
        self.node = node
        self.port = port
        self.time = time
        self.intervalStart = intervalStart
        self.growth = growth
        self.total = total
    }
}
