// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Metering

extension Scenario {
    /// The scenario of a seed; the same for ever as long as this file stays the same.
    public init(seed: UInt64) {
        var author = ScenarioAuthor(seed: seed)
        self = author.scenario()
    }

    func skew(of node: Int) -> Duration {
        for case .skew(node, let duration) in faults.map(\.fault) { return duration }
        return .zero
    }
}

/// Draws a scenario. Faults are drawn from a sequence of numbers of their own.
struct ScenarioAuthor {
    private let seed: UInt64
    private var generator: SeededGenerator
    private let began: Timestamp, ended: Timestamp
    private var nodes: [Scenario.Node] = []
    private var pods: [Scenario.Pod] = []
    private var services: [Scenario.Service] = []
    private var connections: [TrueConnection] = []
    private var faults: [Scenario.Fault] = []
    /// Numbers of connections that none has the tuple of after.
    private var reusable: [Int] = []

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        began = Timestamp(milliseconds: 1_795_000_000_000 + .random(in: 0..<600_000, using: &generator))
        ended = began + .seconds([40, 90, 150, 400].randomElement(using: &generator) ?? 40)
    }

    mutating func scenario() -> Scenario {
        drawNodes()
        drawPods()
        for index in 1...3 {
            services.append(
                Scenario.Service(
                    name: "shop/service-\(index):http", address: IPAddress(v4: 0x0A60_0000 | UInt32(index)), port: UInt16(80 + index)))
        }
        if !generator.isOnce(in: 5) { drawFaults() }
        let count = Int.random(in: 1...60, using: &generator)
        for _ in 0..<count { drawConnection() }
        return Scenario(
            seed: seed, began: began, ended: ended, nodes: nodes, pods: pods, services: services, connections: connections,
            faults: faults.enumerated().map { Scenario.NumberedFault(number: $0, fault: $1) })
    }

    private mutating func drawNodes() {
        for index in 0..<Int.random(in: 1...4, using: &generator) {
            nodes.append(
                Scenario.Node(
                    index: index, isDatagram: Bool.random(using: &generator), isUserspace: generator.isOnce(in: 6),
                    eventDelay: milliseconds(0...30),
                    pollPhase: milliseconds(0...4999), meterPhase: milliseconds(0...999),
                    messageLength: generator.isOnce(in: 3) ? 16_384 : 1420))
        }
    }

    /// On each node a few addresses, each with one owner after the other.
    private mutating func drawPods() {
        for node in nodes.indices {
            for place in 0..<Int.random(in: 1...3, using: &generator) {
                var from = began - .seconds(3600)
                var generation = 1
                while from < ended {
                    let lives = generator.isOnce(in: 2)
                    let to = lives ? nil : max(from, began) + milliseconds(3000...90_000)
                    pods.append(
                        Scenario.Pod(
                            name: "pod-\(node + 1)-\(place)-\(generation)", namespace: "team-\(place)", node: node,
                            v4: IPAddress(v4: 0x0A0A_000A + UInt32(node + 1) << 8 + UInt32(place)),
                            v6: IPAddress(high: 0xFD00_0010_0000_0000 | UInt64(node + 1), low: UInt64(10 + place)),
                            from: from, to: to, delay: milliseconds(0...200)))
                    guard let to else { break }
                    from = to + milliseconds(500...4000)
                    generation += 1
                }
            }
        }
    }

    private mutating func milliseconds(_ range: ClosedRange<Int64>) -> Duration {
        .milliseconds(Int64.random(in: range, using: &generator))
    }
}

extension ScenarioAuthor {
    private mutating func drawFaults() {
        // The mediator takes two nodes to be at most ten seconds apart, by their clocks and the time between their polls together. Where the switch
        // tells no starts, a connection begins up to a poll later.
        let skew: Int64 = nodes.contains(where: \.isUserspace) ? 2400 : 4900
        for node in nodes.indices {
            if generator.isOnce(in: 2) { faults.append(.skew(node: node, milliseconds(-skew...skew))) }
            if nodes[node].isDatagram {
                if generator.isOnce(in: 3) { faults.append(.lossOfMessages(node: node, oneIn: .random(in: 2...20, using: &generator))) }
                if generator.isOnce(in: 3) { faults.append(.repetition(node: node, oneIn: .random(in: 2...10, using: &generator))) }
                if generator.isOnce(in: 3) { faults.append(.lateness(node: node, oneIn: .random(in: 4...20, using: &generator))) }
                if generator.isOnce(in: 3) { faults.append(.reordering(node: node, milliseconds(100...4000))) }
            } else if generator.isOnce(in: 4) {
                faults.append(.brokenStream(node: node, at: moment(), for: milliseconds(100...20_000)))
            }
            let isKernel = !nodes[node].isUserspace
            if isKernel, generator.isOnce(in: 4) { faults.append(.lossOfEvents(node: node, oneIn: .random(in: 2...8, using: &generator))) }
            if isKernel, generator.isOnce(in: 5) { faults.append(.brokenPolls(node: node, oneIn: .random(in: 2...5, using: &generator))) }
            // An exporter that was started again takes what goes on there for what begins: its switch tells no starts.
            if isKernel, generator.isOnce(in: 5) {
                faults.append(.exporterRestart(node: node, at: moment(), for: milliseconds(200...8000)))
            }
        }
        if generator.isOnce(in: 4) { faults.append(.aggregatorCrash(at: moment(), for: milliseconds(200...20_000))) }
    }

    private mutating func moment() -> Timestamp { began + milliseconds(2000...max(2001, (ended - began).wholeMilliseconds)) }

    private func skew(of node: Int) -> Duration {
        for case .skew(node, let duration) in faults { return duration }
        return .zero
    }

    private mutating func drawConnection() {
        if generator.isOnce(in: 3), let earlier = reusable.randomElement(using: &generator), reuse(connections[earlier]) { return }
        let begins = began + milliseconds(1000...max(1001, (ended - began).wholeMilliseconds - 1000))
        let alive = pods.indices.filter { pods[$0].lives(from: begins - .milliseconds(450), to: begins + .milliseconds(300)) }
        guard let one = alive.randomElement(using: &generator) else { return }
        let type = [FlowType.intraNode, .interNode, .interNode, .toExternal, .fromExternal].randomElement(using: &generator) ?? .interNode
        let external = TrueConnection.Place.external(IPAddress(v4: 0xC633_6400 | .random(in: 1...9, using: &generator)))
        switch type {
        case .intraNode, .interNode:
            let peers = alive.filter { $0 != one && (pods[$0].node == pods[one].node) == (type == .intraNode) }
            guard let other = peers.randomElement(using: &generator) else { return }
            drawConnection(type, from: .pod(one), to: .pod(other), begins)
        case .toExternal: drawConnection(type, from: .pod(one), to: external, begins)
        case .fromExternal: drawConnection(type, from: external, to: .pod(one), begins)
        }
    }

    private mutating func drawConnection(
        _ type: FlowType, from source: TrueConnection.Place, to destination: TrueConnection.Place, _ begins: Timestamp
    ) {
        let number = connections.count
        let protocolIdentifier: UInt8 = [6, 6, 6, 17, 1].randomElement(using: &generator) ?? 6
        let isICMP = protocolIdentifier == 1
        let isV6 = type != .toExternal && type != .fromExternal && !isICMP && generator.isOnce(in: 5)
        let ingress = type == .fromExternal && !isICMP && generator.isOnce(in: 2) ? ingress(to: destination) : nil
        let isTranslated = ingress != nil
        let hasService = isTranslated || !isICMP && !isV6 && type != .toExternal && type != .fromExternal && generator.isOnce(in: 3)
        let verdicts: [TrueConnection.Verdict] =
            switch type {
            case .intraNode, .interNode: [.none, .none, .allowed, .allowed, .egressDrop, .egressReject, .ingressDrop, .ingressReject]
            case .toExternal: [.none, .allowed, .egressDrop, .egressReject]
            case .fromExternal: isTranslated ? [.none, .allowed] : [.none, .allowed, .ingressDrop, .ingressReject]
            }
        let verdict = isICMP ? .none : verdicts.randomElement(using: &generator) ?? .none
        // What was refused is forgotten three minutes after the last attempt, so that a scan does not fill the mediator's table.
        let longest = verdict.isDenied ? Duration.seconds(100) : .seconds(100_000)
        let ends = min(begins + min(duration(), longest), latestEnd(source, destination))
        let port = UInt16(20_000 + number)
        connections.append(
            TrueConnection(
                number: number, type: type, source: source, destination: destination, sourceAddress: address(source, isV6: isV6),
                destinationAddress: address(destination, isV6: isV6), protocolIdentifier: protocolIdentifier,
                sourcePort: isICMP ? 0 : port, destinationPort: isICMP ? 0 : type == .toExternal ? 443 : 8080,
                icmp: isICMP ? Connection.ICMP(identifier: port, type: 8, code: 0) : nil,
                service: hasService ? Int.random(in: services.indices, using: &generator) : nil, ingress: ingress,
                verdict: verdict, begins: begins, ends: ends,
                steps: verdict.isDenied ? attempts(begins, ends) : steps(begins, ends), lingering: milliseconds(200...30_000),
                latency: milliseconds(1...40)))
        if !verdict.isDenied { reusable.append(number) }
    }

    /// Another connection on the same tuple soon after; false when it cannot be.
    private mutating func reuse(_ earlier: TrueConnection) -> Bool {
        // Where a node does not hear of the beginning, it takes a later time for it, which may be nearer to that of the next connection; where it
        // hears neither of beginnings nor of ends, it takes both for one.
        let hearsLittle = faults.contains { fault in
            switch fault {
            case .lossOfEvents(let node, _), .exporterRestart(let node, _, _): isOn(node, earlier)
            default: false
            }
        }
        guard !hearsLittle, !nodes.contains(where: { $0.isUserspace && isOn($0.index, earlier) }) else { return false }
        let begins =
            earlier.ends + .milliseconds([100, 400, 1500, 6000, 25_000, 60_000].randomElement(using: &generator) ?? 100)
            + milliseconds(0...300)
        guard begins < ended, latestEnd(earlier.source, earlier.destination) > begins + .milliseconds(300) else { return false }
        let confusion = earlier.confusion ?? (canBePaired(earlier, begins) ? nil : earlier.number)
        connections[earlier.number].confusion = confusion
        let ends = min(begins + duration(), latestEnd(earlier.source, earlier.destination))
        reusable.removeAll { $0 == earlier.number }
        reusable.append(connections.count)
        connections.append(
            TrueConnection(
                number: connections.count, type: earlier.type, source: earlier.source, destination: earlier.destination,
                sourceAddress: earlier.sourceAddress, destinationAddress: earlier.destinationAddress,
                protocolIdentifier: earlier.protocolIdentifier, sourcePort: earlier.sourcePort,
                destinationPort: earlier.destinationPort, icmp: earlier.icmp, service: earlier.service,
                ingress: earlier.ingress, verdict: earlier.verdict, begins: begins, ends: ends,
                steps: steps(begins, ends), lingering: milliseconds(200...30_000), latency: earlier.latency, confusion: confusion))
        return true
    }

    /// Any node that sees the client's own address, which it tells the truth about: word of the translation must not be lost, and the host's
    /// own connection tracking is read where the switch's is the kernel's too.
    private mutating func ingress(to destination: TrueConnection.Place) -> Int? {
        guard case .pod(let pod) = destination else { return nil }
        let deaf = Set(faults.compactMap { if case .lossOfEvents(let node, _) = $0 { node } else { nil } })
        return nodes.indices.filter { !nodes[$0].isUserspace && ($0 == pods[pod].node || !deaf.contains($0)) }
            .randomElement(using: &generator)
    }

    /// Whether it can be told which half of two connections on one tuple belongs to which: their starts must lie further apart than the clocks
    /// of the two nodes do, and where a half may be missing for a while, or for good, the later must begin after the last word of the earlier
    /// by more than the mediator takes clocks to differ. A node's last word is when it forgets the connection.
    private func canBePaired(_ earlier: TrueConnection, _ begins: Timestamp) -> Bool {
        guard let (one, other) = nodesOfHalves(earlier) else { return true }
        let signed = skew(of: one) - skew(of: other)
        let difference = max(signed, .zero - signed)
        if begins - earlier.begins <= difference * 2 + .milliseconds(100) { return false }
        let lastWord = min(earlier.ends + earlier.lingering, begins)
        return !mayLackHalf(earlier) || begins - lastWord > difference + .milliseconds(21_000)
    }

    private func nodesOfHalves(_ connection: TrueConnection) -> (Int, Int)? {
        guard case .pod(let destination) = connection.destination else { return nil }
        var one = connection.ingress
        if case .pod(let source) = connection.source { one = pods[source].node }
        return one.flatMap { $0 == pods[destination].node ? nil : ($0, pods[destination].node) }
    }

    private func mayLackHalf(_ connection: TrueConnection) -> Bool {
        faults.contains { fault in
            switch fault {
            case .lossOfMessages(let node, _), .lateness(let node, _), .reordering(let node, _), .repetition(let node, _),
                .brokenStream(let node, _, _), .brokenPolls(let node, _):
                isOn(node, connection)
            case .aggregatorCrash: true
            case .skew, .lossOfEvents, .exporterRestart: false
            }
        }
    }

    private func isOn(_ node: Int, _ connection: TrueConnection) -> Bool {
        connection.ingress == node
            || [connection.source, connection.destination].contains { place in
                if case .pod(let index) = place { pods[index].node == node } else { false }
            }
    }

    private mutating func duration() -> Duration {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: milliseconds(200...1000)
        case 1: milliseconds(1000...12_000)
        case 2: milliseconds(5000...70_000)
        default: milliseconds(5000...max(5001, (ended - began).wholeMilliseconds))
        }
    }

    /// Connections end with their pods.
    private func latestEnd(_ places: TrueConnection.Place...) -> Timestamp {
        places.reduce(ended) { end, place in
            if case .pod(let index) = place, let gone = pods[index].to { min(end, gone) } else { end }
        }
    }

    private func address(_ place: TrueConnection.Place, isV6: Bool) -> IPAddress {
        switch place {
        case .pod(let index): isV6 ? pods[index].v6 : pods[index].v4
        case .external(let address): address
        }
    }

    private mutating func steps(_ begins: Timestamp, _ ends: Timestamp) -> [TrueConnection.Step] {
        let length = (ends - begins).wholeMilliseconds
        let count = Int.random(in: 1...max(2, min(40, Int(length / 500))), using: &generator)
        let times = (0..<count).map { _ in begins + milliseconds(0...max(0, length - 1)) }.sorted()
        return times.map { time in
            let packets = UInt64.random(in: 1...50, using: &generator), reverse = UInt64.random(in: 0...50, using: &generator)
            let missed = generator.isOnce(in: 4) ? UInt64.random(in: 0...packets, using: &generator) : 0
            return TrueConnection.Step(
                time: time,
                growth: Connection.Counters(
                    packets: packets, octets: packets * 1000, reversePackets: reverse, reverseOctets: reverse * 300),
                missed: Connection.Counters(packets: missed, octets: missed * 1000))
        }
    }

    /// A client that is refused tries again after one, three, seven seconds.
    private func attempts(_ begins: Timestamp, _ ends: Timestamp) -> [TrueConnection.Step] {
        [0, 1, 3, 7].map { begins + .seconds($0) }.filter { $0 <= ends }.map {
            TrueConnection.Step(time: $0, growth: Connection.Counters(packets: 1, octets: 60), missed: Connection.Counters())
        }
    }
}
