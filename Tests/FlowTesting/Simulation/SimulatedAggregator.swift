// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Mediation

/// The aggregator: real readers of messages and a real mediator before a simulated store.
///
/// A batch is committed when the next one is handed over, so that a crash takes one with it. The table of names outlives a crash: to number
/// texts anew is the store's affair.
final class SimulatedAggregator {
    private(set) var mediator: Mediator
    private var batch = FlowBatch()
    private(set) var names = NameTable(seed: 7)
    private(set) var store = SimulatedStore()
    private(set) var isRunning = true
    /// What the ledgers of all sessions say.
    private(set) var minutes: [Int: ExporterMinute] = [:]
    /// Of mediators that are gone.
    private(set) var problems: [String] = []
    private var ambiguousBefore: UInt64 = 0
    private var readers: [Int: SessionReader] = [:]
    private var onItsWay: [FlowInterval] = []
    /// Sessions whose templates have come, and messages that wait for theirs.
    private var sessionsWithTemplates: Set<Int> = []
    private var held: [Int: [(message: Int, time: Timestamp)]] = [:]
    private let configuration: MediationConfiguration
    private let plant: PlantedFault?
    private let realStore: (any IntervalStore)?
    private var intervalsPlanted = 0

    init(_ configuration: MediationConfiguration, plant: PlantedFault?, realStore: (any IntervalStore)?) {
        self.realStore = realStore
        self.configuration = configuration
        self.plant = plant
        mediator = Mediator(configuration, firstConnection: 1, names: &names)
    }

    /// - Parameter earlier: the session of the same exporter before it, over UDP.
    func open(_ session: Int, of node: Scenario.Node, after earlier: Int?) {
        guard isRunning, readers[session] == nil else { return }
        var reader = SessionReader(exporter: "\(node.isDatagram ? "udp" : "tcp")://\(node.address)", isDatagram: node.isDatagram)
        if node.isDatagram, let earlier, let before = readers[earlier] {
            reader.inheritTemplates(from: before)
            if sessionsWithTemplates.contains(earlier) { sessionsWithTemplates.insert(session) }
        }
        readers[session] = reader
    }

    func receive(_ octets: [UInt8], of session: Int, at now: Timestamp) {
        guard isRunning, var reader = readers.removeValue(forKey: session) else { return }
        let error = reader.readBatches(octets, at: now, names: &names, by: &batch) { batch, _, receptions in
            mediator.expect(batch.records.span.extracting(batch.indices))
            for index in batch.indices { receptions.note(mediator.receive(index, of: batch.records.span, at: now)) }
        }
        if let error { problems.append("a message was refused: \(error)") }
        for node in reader.nodes { mediator.hear(node, at: now) }
        readers[session] = reader
    }

    func close(_ session: Int, at now: Timestamp) {
        guard var reader = readers.removeValue(forKey: session) else { return }
        reader.end(at: now)
        take(reader.takeMinutes(names: names), of: session)
    }

    /// Stores what is due.
    func look(at now: Timestamp) -> [FlowInterval] {
        guard isRunning else { return [] }
        commit()
        mediator.expire(at: now, into: &onItsWay)
        for session in readers.keys.sorted() {
            readers[session]?.expire(at: now)
            take(readers[session]?.takeMinutes(names: names) ?? [], of: session)
        }
        balance()
        return onItsWay
    }

    /// Halves that the mediators could not tell whose they are.
    var ambiguous: UInt64 { ambiguousBefore + mediator.statistics.ambiguous }

    func crash() {
        balance()
        ambiguousBefore = ambiguous
        isRunning = false
        readers = [:]
        onItsWay = []
        sessionsWithTemplates = []
        held = [:]
    }

    func hasTemplates(_ session: Int) -> Bool { sessionsWithTemplates.contains(session) }

    func noteTemplates(_ session: Int) { sessionsWithTemplates.insert(session) }

    func hold(_ message: Int, _ session: Int, at now: Timestamp) { held[session, default: []].append((message, now)) }

    func takeHeld(_ session: Int) -> [(message: Int, time: Timestamp)] { held.removeValue(forKey: session) ?? [] }

    func start(at now: Timestamp) {
        isRunning = true
        let horizon = configuration.inactiveTimeout + configuration.window + configuration.clockTolerance
        let left =
            realStore?.restart(within: horizon, at: now, names: &names)
            ?? (nextConnection: store.nextConnection, intervals: store.lastIntervals(within: horizon))
        mediator = Mediator(configuration, firstConnection: left.nextConnection, names: &names)
        for interval in left.intervals { mediator.resume(interval, at: now) }
    }

    /// Ends the program as it should end.
    func stop(at now: Timestamp) {
        for session in readers.keys.sorted() { close(session, at: now) }
        commit()
        mediator.flush(at: now, into: &onItsWay)
        commit()
        balance()
    }

    /// All that is stored, by number.
    var stored: [Simulation.StoredConnection] {
        store.connections.sorted { $0.key < $1.key }.map { number, connection in
            let latest = connection.latest.record
            var texts: [FlowField: String] = [:]
            for field in FlowField.allCases where FlowSchema.definition(of: field).kind == .name {
                if let name = latest[name: field] { texts[field] = names.text(of: name) }
            }
            return Simulation.StoredConnection(
                connection: number, intervals: connection.rows.count, sums: connection.sums, latest: latest, texts: texts)
        }
    }

    private func commit() {
        store.write(plant.map { plant in onItsWay.compactMap { plant.change($0, &intervalsPlanted) }.flatMap { $0 } } ?? onItsWay)
        realStore?.write(onItsWay, names: names)
        onItsWay = []
    }

    private func take(_ taken: [ExporterMinute], of session: Int) {
        for minute in taken {
            if !minute.isBalanced { problems.append("a minute's records are not accounted for: \(minute)") }
            var sum = minutes[session] ?? minute
            if minutes[session] != nil { sum += minute }
            minutes[session] = sum
        }
    }

    private func balance() {
        let statistics = mediator.statistics
        if !statistics.isBalanced || statistics.held != UInt64(mediator.openCount) {
            problems.append("records are not accounted for: \(statistics), and \(mediator.openCount) connections have something to store")
        }
    }
}
