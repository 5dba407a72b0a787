// SPDX-License-Identifier: Apache-2.0

public import FlowModel
internal import IPFIX
internal import Mediation
internal import Metering

/// Runs a scenario in virtual time and judges what was stored.
///
/// ```
///   connection tracking → Metering → FlowModel, IPFIX → network → Mediation (SessionReader, Mediator) → store
///       simulated          real         real           simulated        real                          simulated
/// ```
///
/// It is single-threaded and asks for no clock and no chance of its own, so a scenario has one outcome.
public struct Simulation {
    public struct Outcome: Sendable {
        /// What is wrong, as sentences; empty when all is right.
        public var problems: [String] = []
        /// What happened, if it was asked for.
        public var story: [String] = []
        public var connections = 0, records = 0, messages = 0, intervals = 0
        /// What is stored, as judged; only where there is a real store to compare with.
        public var stored: [StoredConnection] = []

        public init() {}
    }

    /// A connection as its intervals add up to, with its last one's facts; texts in place of their numbers.
    public struct StoredConnection: Sendable {
        public let connection: Int64
        public let intervals: Int
        public let sums: [FlowField: UInt64]
        public let latest: FlowRecord
        public let texts: [FlowField: String]
    }

    /// - Parameters:
    ///   - isTold: whether the story is wanted.
    ///   - realStore: is given what is stored too, and continued from after a crash.
    public static func run(
        _ scenario: Scenario, plant: PlantedFault? = nil, isTold: Bool = false, realStore: (any IntervalStore)? = nil
    ) -> Outcome {
        var simulation = Simulation(scenario, plant, isTold, realStore)
        simulation.run()
        if realStore != nil { simulation.outcome.stored = simulation.aggregator.stored }
        return simulation.outcome
    }

    private final class Story {
        var lines: [String] = []
    }

    enum Event {
        case podComes(Int)
        case podGoes(Int)
        case begins(Int, TrueConnection.Side, node: Int)
        case grows(Int, step: Int, node: Int, side: TrueConnection.Side)
        case refused(Int)
        case finishes(Int, node: Int)
        case removed(Int, node: Int)
        case heard(ConnectionEvent, node: Int)
        case polls(node: Int)
        case meters(node: Int)
        case arrives([UInt8], message: Int, session: Int, node: Int)
        case looks
        case exporterDies(Int, for: Duration)
        case exporterStarts(Int)
        case streamBreaks(Int, for: Duration)
        case connects(Int)
        case aggregatorDies(for: Duration)
        case aggregatorStarts
        case stops
    }

    let scenario: Scenario
    private let story: Story?
    var outcome = Outcome()
    var events = EventQueue<Event>()
    var ledger = Ledger()
    var now: Timestamp
    let nodes: [SimulatedNode]
    var links: [SimulatedLink]
    let aggregator: SimulatedAggregator
    let identities: Identities
    /// By number of the connection; those that are taken away are not here.
    let truths: [Int: TrueConnection]
    private var isOver = false

    private static let pollInterval = Duration.seconds(5), meterInterval = Duration.seconds(1), lookInterval = Duration.milliseconds(250)
    /// How long the programs go on after the last connection has ended.
    private static let tail = Duration.seconds(130)

    private init(_ scenario: Scenario, _ plant: PlantedFault?, _ isTold: Bool, _ realStore: (any IntervalStore)?) {
        self.scenario = scenario
        story = isTold ? Story() : nil
        now = scenario.began
        nodes = scenario.nodes.map { SimulatedNode($0, of: scenario) }
        links = scenario.nodes.map { SimulatedLink($0, faults: scenario.faults) }
        aggregator = SimulatedAggregator(MediationConfiguration(), plant: plant, realStore: realStore)
        identities = Identities(scenario)
        truths = Dictionary(uniqueKeysWithValues: scenario.connections.map { ($0.number, $0) })
    }

    private mutating func run() {
        schedule()
        while !isOver, let (time, event) = events.next() {
            now = max(now, time)
            perform(event)
        }
        outcome.connections = scenario.connections.count
        outcome.intervals = aggregator.store.connections.values.reduce(0) { $0 + $1.rows.count }
        outcome.story = story?.lines ?? []
        outcome.problems = Judge(scenario, ledger, identities, aggregator).problems()
    }

    private mutating func schedule() {
        for index in scenario.pods.indices {
            let pod = scenario.pods[index]
            if pod.from > scenario.began { events.put(.podComes(index), at: pod.from + pod.delay) }
            if let to = pod.to { events.put(.podGoes(index), at: to + pod.delay) }
        }
        for truth in scenario.connections { schedule(truth) }
        for node in scenario.nodes {
            events.put(.connects(node.index), at: scenario.began)
            events.put(.polls(node: node.index), at: scenario.began + node.pollPhase)
            events.put(.meters(node: node.index), at: scenario.began + node.meterPhase)
        }
        for fault in scenario.faults.map(\.fault) { schedule(fault) }
        // What comes and goes between two polls nobody hears of there.
        for node in scenario.nodes where node.isUserspace { ledger.incompleteNodes.insert(node.index) }
        events.put(.looks, at: scenario.began)
        events.put(.stops, at: scenario.ended + Self.tail)
    }

    private mutating func schedule(_ truth: TrueConnection) {
        for (node, side) in truth.tracked(in: scenario) {
            let delay = truth.firstSight(of: side) - truth.begins
            events.put(.begins(truth.number, side, node: node), at: truth.begins + delay)
            for index in truth.steps.indices {
                events.put(.grows(truth.number, step: index, node: node, side: side), at: truth.steps[index].time + delay)
            }
            events.put(.finishes(truth.number, node: node), at: truth.ends + delay)
            events.put(.removed(truth.number, node: node), at: truth.ends + delay + truth.lingering)
        }
        guard truth.verdict.isDenied else { return }
        for index in truth.steps.indices { events.put(.refused(truth.number * 100 + index), at: truth.steps[index].time + truth.latency) }
    }

    private mutating func schedule(_ fault: Scenario.Fault) {
        switch fault {
        case .exporterRestart(let node, let time, let duration):
            events.put(.exporterDies(node, for: duration), at: time)
            ledger.incompleteNodes.insert(node)
        case .lossOfEvents(let node, _): ledger.incompleteNodes.insert(node)
        case .brokenStream(let node, let time, let duration): events.put(.streamBreaks(node, for: duration), at: time)
        case .aggregatorCrash(let time, let duration): events.put(.aggregatorDies(for: duration), at: time)
        case .skew, .lossOfMessages, .repetition, .lateness, .reordering, .brokenPolls: break
        }
    }

    func tell(_ line: @autoclosure () -> String) {
        if let story { story.lines.append("\(now)  \(line())") }
    }

    /// True once in so many times, always the same for the same thing.
    func chance(_ count: Int?, _ thing: Int, _ other: Int) -> Bool {
        guard let count else { return false }
        var generator = SeededGenerator(seed: scenario.seed &* 31 &+ UInt64(thing) &* 1_000_003 &+ UInt64(other))
        return generator.isOnce(in: count)
    }
}

extension Simulation {
    private mutating func perform(_ event: Event) {
        switch event {
        case .podComes(let index), .podGoes(let index): movePod(index, event)
        case .begins(let number, let side, let node): begin(number, side, node)
        case .grows(let number, let step, let node, let side): grow(number, step, node, side)
        case .refused(let attempt): refuse(attempt / 100, attempt % 100)
        case .finishes(let number, let node):
            guard let truth = truths[number] else { return }
            tellEvents(nodes[node].finish(truth), node)
        case .removed(let number, let node): tellEvents(nodes[node].remove(number, at: now), node)
        case .heard(let event, let node): nodes[node].hear(event, at: now)
        case .polls(let node): poll(node)
        case .meters(let node): meter(node)
        case .arrives(let octets, let message, let session, let node): arrive(octets, message, session, node)
        case .looks: look()
        case .exporterDies(let node, let duration): killExporter(node, for: duration)
        case .exporterStarts(let node):
            tell("node\(node + 1)  the exporter starts again")
            nodes[node].start(at: now)
            nodes[node].poll(isWhole: true, at: now)
            connect(node)
        case .streamBreaks(let node, let duration): breakStream(node, for: duration)
        case .connects(let node): connect(node)
        case .aggregatorDies(let duration): killAggregator(for: duration)
        case .aggregatorStarts: startAggregator()
        case .stops: stop()
        }
    }

    private mutating func movePod(_ index: Int, _ event: Event) {
        let pod = scenario.pods[index]
        var isThere = false
        if case .podComes = event { isThere = true }
        tell("\(scenario.nodes[pod.node].name)  hears that \(pod.name) \(isThere ? "has" : "no longer has") \(pod.v4)")
        nodes[pod.node].tell(pod, isThere: isThere, at: now)
    }

    private mutating func begin(_ number: Int, _ side: TrueConnection.Side, _ node: Int) {
        guard let truth = truths[number] else { return }
        tell("\(scenario.nodes[node].name)  tracks \(identities.text(of: truth))")
        tellEvents(nodes[node].begin(truth, side, at: now), node)
    }

    private mutating func grow(_ number: Int, _ step: Int, _ node: Int, _ side: TrueConnection.Side) {
        guard let truth = truths[number] else { return }
        var growth = truth.steps[step].growth
        if side == .destination {
            growth.packets -= truth.steps[step].missed.packets
            growth.octets -= truth.steps[step].missed.octets
        }
        nodes[node].grow(number, by: growth)
    }

    private mutating func refuse(_ number: Int, _ step: Int) {
        guard let truth = truths[number], let (node, side) = truth.refusing(in: scenario) else { return }
        tell("\(scenario.nodes[node].name)  refuses a packet of \(identities.text(of: truth))")
        let service = side == .destination ? nil : truth.service.map { scenario.services[$0] }
        nodes[node].hear(
            DeniedConnection(
                tuple: Connection.Tuple(
                    source: truth.sourceAddress, destination: truth.destinationAddress, sourcePort: truth.sourcePort,
                    destinationPort: truth.destinationPort),
                protocolIdentifier: truth.protocolIdentifier, originalDestination: service?.address, originalDestinationPort: service?.port,
                rule: truth.verdict.isDeniedAtSource ? TrueConnection.Rule.egressDeny : TrueConnection.Rule.ingressDeny,
                action: truth.verdict == .egressDrop || truth.verdict == .ingressDrop ? .drop : .reject,
                direction: truth.verdict.isDeniedAtSource ? .egress : .ingress, label: truth.label(at: side),
                octets: UInt32(truth.steps[step].growth.octets), time: nodes[node].clock(now)))
    }

    private mutating func tellEvents(_ list: [ConnectionEvent], _ node: Int) {
        for event in list {
            let isLost = chance(links[node].lossOfEvents, Int(event.connection.id ?? 0), event.kind == .destroyed ? 78 : 77)
            if isLost {
                // Word of a change is lost with word of the beginning: who hears of a connection first when it ends takes that for its start.
                tell("\(scenario.nodes[node].name)  an event is lost")
            } else {
                events.put(.heard(event, node: node), at: now + scenario.nodes[node].eventDelay)
            }
        }
    }

    private mutating func poll(_ node: Int) {
        nodes[node].poll(isWhole: !chance(links[node].brokenPolls, node, Int(now.milliseconds)), at: now)
        events.put(.polls(node: node), at: now + Self.pollInterval)
    }

    private mutating func meter(_ node: Int) {
        send(of: node)
        events.put(.meters(node: node), at: now + Self.meterInterval)
    }

    private mutating func look() {
        for interval in aggregator.look(at: now) { tell("store  \(identities.text(of: interval, aggregator.names))") }
        events.put(.looks, at: now + Self.lookInterval)
    }

    private mutating func stop() {
        for node in nodes.indices where nodes[node].isRunning { send(of: node, isLast: true) }
        // What is on its way arrives, however late.
        while let (time, event) = events.next() {
            if case .arrives(let octets, let message, let session, let node) = event {
                now = max(now, time)
                arrive(octets, message, session, node)
            }
        }
        aggregator.stop(at: now)
        isOver = true
    }
}
