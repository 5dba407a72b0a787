// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Metering

/// One node: its connection tracking, and an exporter with a real Metering Process.
final class SimulatedNode {
    let node: Scenario.Node
    let skew: Duration
    private let scenario: Scenario
    private(set) var process: MeteringProcess
    private(set) var isRunning = true
    /// What the kernel has, by connection.
    private var entries: [Int: Entry] = [:]
    private var livePods: [LocalPod] = []
    private var packer: FlowPacker
    /// The notes of the records that wait in the packer.
    private var packed: [MeteredNote] = []

    struct Entry {
        let side: TrueConnection.Side
        var connection: Connection
        /// The host's own, that a connection from outside was translated by.
        var outer: Connection?
    }

    init(_ node: Scenario.Node, of scenario: Scenario) {
        self.node = node
        self.scenario = scenario
        skew = scenario.skew(of: node.index)
        process = Self.process(of: node, in: scenario)
        packer = FlowPacker(profile: .weir, maximumLength: node.messageLength)
        livePods = scenario.pods.filter { $0.node == node.index && $0.from <= scenario.began }.map(\.local)
        tellFiles(at: scenario.began)
    }

    /// What the node's clock shows.
    func clock(_ time: Timestamp) -> Timestamp { time + skew }

    var templates: [[UInt8]] { packer.templateBodies }

    private static func process(of node: Scenario.Node, in scenario: Scenario) -> MeteringProcess {
        var configuration = MeteringConfiguration(nodeName: node.name)
        configuration.podNetworks = ["10.10.0.0/16", "fd00:10::/32"].compactMap { IPPrefix($0) }
        configuration.gateways = [node.gateway]
        return MeteringProcess(configuration, seed: scenario.seed)
    }

    private func tellFiles(at time: Timestamp) {
        process.update(pods: livePods, at: clock(time))
        process.update(rules: PolicyRule.simulated, at: clock(scenario.began - .seconds(7200)))
        var services: [ServicePort: String] = [:]
        for service in scenario.services {
            services[ServicePort(address: service.address, port: service.port, protocolIdentifier: 6)] = service.name
            services[ServicePort(address: service.address, port: service.port, protocolIdentifier: 17)] = service.name
        }
        process.update(services: services)
    }

    func kill() {
        isRunning = false
        packed = []
    }

    func start(at time: Timestamp) {
        isRunning = true
        process = Self.process(of: node, in: scenario)
        packer = FlowPacker(profile: .weir, maximumLength: node.messageLength)
        tellFiles(at: time)
    }

    func tell(_ pod: Scenario.Pod, isThere: Bool, at time: Timestamp) {
        if isThere { livePods.append(pod.local) } else { livePods.removeAll { $0.name == pod.name } }
        if isRunning { process.update(pods: livePods, at: clock(time)) }
    }
}

// What the kernel does. Each returns the events that it tells.
extension SimulatedNode {
    func begin(_ truth: TrueConnection, _ side: TrueConnection.Side, at time: Timestamp) -> [ConnectionEvent] {
        let entry = makeEntry(truth, side, at: time)
        let before = entries.filter { $0.value.connection.hasSameTuple(as: entry.connection) }.keys.sorted()
        let ends = before.flatMap { remove($0, at: time) }
        entries[truth.number] = entry
        return ends + events(of: [entry.outer, entry.connection], kind: .new)
    }

    func grow(_ number: Int, by growth: Connection.Counters) {
        if node.isUserspace { return }
        entries[number]?.connection.grow(by: growth)
        entries[number]?.outer?.grow(by: growth)
    }

    /// The last packet. A TCP connection says that it is the last.
    func finish(_ truth: TrueConnection) -> [ConnectionEvent] {
        guard entries[truth.number] != nil, truth.protocolIdentifier == 6, truth.verdict != .ingressDrop else { return [] }
        let state: Connection.TCPState = truth.verdict.isDenied ? .close : .timeWait
        entries[truth.number]?.connection.tcpState = state
        entries[truth.number]?.outer?.tcpState = state
        let entry = entries[truth.number]
        return events(of: [entry?.connection, entry?.outer], kind: .updated)
    }

    private func events(of connections: [Connection?], kind: ConnectionEvent.Kind) -> [ConnectionEvent] {
        if node.isUserspace { return [] }
        return connections.compactMap { $0 }.map { ConnectionEvent($0.asNews(hasCounters: false), kind: kind) }
    }

    func remove(_ number: Int, at time: Timestamp) -> [ConnectionEvent] {
        guard let entry = entries.removeValue(forKey: number), !node.isUserspace else { return [] }
        return [entry.connection, entry.outer].compactMap { $0 }.map { connection in
            var gone = connection.asNews(hasCounters: true)
            gone.stop = clock(time)
            return ConnectionEvent(gone, kind: .destroyed)
        }
    }

    private func makeEntry(_ truth: TrueConnection, _ side: TrueConnection.Side, at time: Timestamp) -> Entry {
        var original = Connection.Tuple(
            source: truth.sourceAddress, destination: truth.destinationAddress, sourcePort: truth.sourcePort,
            destinationPort: truth.destinationPort, icmp: truth.icmp)
        let answer = truth.icmp.map { Connection.ICMP(identifier: $0.identifier, type: 0, code: 0) }
        var reply = Connection.Tuple(
            source: truth.destinationAddress, destination: truth.sourceAddress, sourcePort: truth.destinationPort,
            destinationPort: truth.sourcePort, icmp: answer)
        var outer: Connection?
        if let ingress = truth.ingress {
            (original.source, original.sourcePort) = (scenario.nodes[ingress].gateway, truth.translatedPort)
            (reply.destination, reply.destinationPort) = (original.source, original.sourcePort)
            if ingress == node.index {
                let outside = Connection.Tuple(
                    source: truth.sourceAddress, destination: node.address, sourcePort: truth.sourcePort, destinationPort: 30_080)
                outer = connection(truth, outside, reply, side, at: time)
                outer?.zone = 0
            }
        } else if side != .destination, let service = truth.service.map({ scenario.services[$0] }) {
            (original.destination, original.destinationPort) = (service.address, service.port)
        }
        return Entry(side: side, connection: connection(truth, original, reply, side, at: time), outer: outer)
    }

    private func connection(
        _ truth: TrueConnection, _ original: Connection.Tuple, _ reply: Connection.Tuple, _ side: TrueConnection.Side, at time: Timestamp
    ) -> Connection {
        let isTCP = truth.protocolIdentifier == 6
        var connection = Connection(
            original: original, reply: reply, protocolIdentifier: truth.protocolIdentifier,
            zone: original.source.family == .v4 ? 65520 : 65510, id: UInt32(1000 + truth.number), mark: 3, label: truth.label(at: side),
            status: [.confirmed], tcpState: isTCP ? truth.verdict.isDenied ? .synSent : .established : nil,
            counters: Connection.Counters(), start: clock(time), timeoutSeconds: 300)
        if node.isUserspace { (connection.id, connection.counters, connection.start) = (nil, nil, nil) }
        return connection
    }
}

// What the exporter does.
extension SimulatedNode {
    func hear(_ event: ConnectionEvent, at time: Timestamp) {
        guard isRunning else { return }
        process.observe(event.connection, kind: event.kind, from: .first, at: clock(time))
    }

    func hear(_ packet: DeniedConnection) {
        if isRunning { process.observe(packet) }
    }

    func poll(isWhole: Bool, at time: Timestamp) {
        guard isRunning else { return }
        let now = clock(time)
        process.beginPoll(of: .first, at: now)
        var numbers = entries.keys.sorted()
        if !isWhole { numbers.removeLast(numbers.count / 2) }
        for number in numbers {
            guard let entry = entries[number] else { continue }
            if let outer = entry.outer { process.observe(outer, from: .first, at: now) }
            process.observe(entry.connection, from: .first, at: now)
        }
        process.endPoll(of: .first, isWhole: isWhole, at: now)
    }

    /// Makes the records that are due.
    ///
    /// - Parameter note: says what is known of a record by the truth.
    /// - Returns: bodies of messages, each with the notes of its records.
    func meter(at time: Timestamp, isLast: Bool = false, _ note: (FlowRecord, borrowing NameTable) -> MeteredNote) -> [(
        MessageBody, [MeteredNote]
    )] {
        guard isRunning else { return [] }
        var records: [MeteredRecord] = []
        while process.expire(at: clock(time), limit: 50, into: &records) {}
        if isLast { while process.flush(at: clock(time), limit: 50, into: &records) {} }
        var bodies: [(MessageBody, [MeteredNote])] = []
        for record in records {
            if let body = packer.append(record.flow, names: process.names) {
                bodies.append((body, packed))
                packed = []
            }
            packed.append(note(record.flow, process.names))
        }
        if let body = packer.flush() {
            bodies.append((body, packed))
            packed = []
        }
        return bodies
    }
}

extension Scenario.Pod {
    fileprivate var local: LocalPod { LocalPod(name: name, namespace: namespace, addresses: [v4, v6], interface: name) }
}

extension PolicyRule {
    fileprivate static let simulated: [UInt32: PolicyRule] = [
        TrueConnection.Rule.ingressAllow: rule("allow-in", .ingress), TrueConnection.Rule.egressAllow: rule("allow-out", .egress),
        TrueConnection.Rule.ingressDeny: rule("deny-in", .ingress), TrueConnection.Rule.egressDeny: rule("deny-out", .egress),
    ]

    private static func rule(_ name: String, _ direction: Direction) -> PolicyRule {
        PolicyRule(policy: name, namespace: "policies", type: .antreaNetworkPolicy, name: name + "-rule", direction: direction)
    }
}

extension Connection {
    fileprivate func hasSameTuple(as other: Self) -> Bool {
        original == other.original && protocolIdentifier == other.protocolIdentifier && zone == other.zone
    }

    fileprivate mutating func grow(by growth: Counters) {
        counters = Counters(
            packets: (counters?.packets ?? 0) + growth.packets, octets: (counters?.octets ?? 0) + growth.octets,
            reversePackets: (counters?.reversePackets ?? 0) + growth.reversePackets,
            reverseOctets: (counters?.reverseOctets ?? 0) + growth.reverseOctets)
    }

    /// Only word of an end carries counters and times.
    fileprivate func asNews(hasCounters: Bool) -> Connection {
        var news = self
        if hasCounters {
            news.tcpState = nil
        } else {
            news.counters = nil
            news.start = nil
        }
        return news
    }
}
