// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import IPFIX
internal import Mediation

/// One exporter's way to the aggregator.
struct SimulatedLink {
    let node: Scenario.Node
    var session: Int?
    /// The session before it, over UDP.
    var earlierSession: Int?
    var sequenceNumber: UInt32 = 0
    var templateMessages = 0
    var templatesSent = Timestamp(milliseconds: 0)
    var lastArrival = Timestamp(milliseconds: 0)
    /// What was sent of late or waits, to be sent again after a reconnect.
    var recent: [(body: MessageBody, notes: [MeteredNote], time: Timestamp)] = []
    var waiting: [(body: MessageBody, notes: [MeteredNote])] = []
    private(set) var loss: Int?, repetition: Int?, lateness: Int?, lossOfEvents: Int?, brokenPolls: Int?
    private(set) var reordering = Duration.zero

    /// An exporter sends again what it sent in so much time before a stream broke.
    static let resentWindow = Duration.seconds(90)
    /// Templates are sent again over UDP.
    static let templateInterval = Duration.seconds(20)

    init(_ node: Scenario.Node, faults: [Scenario.NumberedFault]) {
        self.node = node
        for fault in faults.map(\.fault) {
            switch fault {
            case .lossOfMessages(node.index, let count): loss = count
            case .repetition(node.index, let count): repetition = count
            case .lateness(node.index, let count): lateness = count
            case .reordering(node.index, let duration): reordering = duration
            case .lossOfEvents(node.index, let count): lossOfEvents = count
            case .brokenPolls(node.index, let count): brokenPolls = count
            default: break
            }
        }
    }
}

extension Simulation {
    /// Begins a Transport Session: templates first, then what waits.
    mutating func connect(_ node: Int) {
        guard nodes[node].isRunning, links[node].session == nil, aggregator.isRunning || scenario.nodes[node].isDatagram else { return }
        let session = ledger.beginSession()
        tell("\(scenario.nodes[node].name)  connects, session \(session)")
        links[node].session = session
        links[node].sequenceNumber = 0
        aggregator.open(session, of: scenario.nodes[node], after: links[node].earlierSession)
        if scenario.nodes[node].isDatagram { links[node].earlierSession = session }
        sendTemplates(of: node)
        let window = links[node].recent.filter { $0.time > now - SimulatedLink.resentWindow }
        links[node].recent = []
        let waiting = links[node].waiting
        links[node].waiting = []
        if !scenario.nodes[node].isDatagram { for (body, notes, _) in window { send(body, notes, of: node) } }
        for (body, notes) in waiting { send(body, notes, of: node) }
    }

    /// Sends what is due.
    mutating func send(of node: Int, isLast: Bool = false) {
        let bodies = nodes[node].meter(at: now, isLast: isLast) { flow, names in
            identities.note(of: flow, names, node: node, skew: nodes[node].skew)
        }
        for (body, notes) in bodies {
            for note in notes {
                ledger.note(note)
                outcome.records += 1
            }
            tell("\(scenario.nodes[node].name)  sends \(notes.map(\.text).joined(separator: ", "))")
            send(body, notes, of: node)
        }
        if scenario.nodes[node].isDatagram, now - links[node].templatesSent >= SimulatedLink.templateInterval { sendTemplates(of: node) }
    }

    private mutating func sendTemplates(of node: Int) {
        links[node].templatesSent = now
        for sets in nodes[node].templates { send(MessageBody(sets: sets, recordCount: 0), [], of: node) }
    }

    private mutating func send(_ body: MessageBody, _ notes: [MeteredNote], of node: Int) {
        guard let session = links[node].session else {
            links[node].waiting.append((body, notes))
            return
        }
        let message = ledger.send(notes, sequenceNumber: links[node].sequenceNumber, in: session)
        let octets = body.message(
            exportTime: nodes[node].clock(now), sequenceNumber: links[node].sequenceNumber, observationDomainID: UInt32(node + 1))
        links[node].sequenceNumber &+= body.recordCount
        outcome.messages += 1
        if !notes.isEmpty { links[node].recent.append((body, notes, now)) }
        deliver(octets, message, session, node)
    }

    private mutating func deliver(_ octets: [UInt8], _ message: Int, _ session: Int, _ node: Int) {
        var generator = SeededGenerator(seed: scenario.seed ^ UInt64(session) << 40 ^ UInt64(message) << 20)
        let latency = Duration.milliseconds(Int64.random(in: 1...60, using: &generator))
        guard scenario.nodes[node].isDatagram else {
            links[node].lastArrival = max(links[node].lastArrival, now + latency)
            events.put(.arrives(octets, message: message, session: session, node: node), at: links[node].lastArrival)
            return
        }
        let link = links[node]
        let roll = (loss: UInt64.random(in: 0...UInt64.max, using: &generator), other: UInt64.random(in: 0...UInt64.max, using: &generator))
        // Of three messages with templates in a row one comes, so that none of the data that wait for them is given up.
        let isTemplate = ledger.isWithoutRecords(message, of: session)
        if isTemplate { links[node].templateMessages += 1 }
        let isSure = isTemplate && links[node].templateMessages % 3 == 0
        if let loss = link.loss, roll.loss % UInt64(loss) == 0, !isSure {
            tell("\(scenario.nodes[node].name)  message \(message) of session \(session) is lost")
            return
        }
        var delay = latency + .milliseconds(Int64.random(in: 0...max(0, link.reordering.wholeMilliseconds), using: &generator))
        if let lateness = link.lateness, roll.other % UInt64(lateness) == 0, !isSure {
            delay += .milliseconds(Int64.random(in: 3000...40_000, using: &generator))
        }
        events.put(.arrives(octets, message: message, session: session, node: node), at: now + delay)
        if let repetition = link.repetition, (roll.other >> 32) % UInt64(repetition) == 0 {
            let again = delay + .milliseconds(Int64.random(in: 0...15_000, using: &generator))
            events.put(.arrives(octets, message: message, session: session, node: node), at: now + again)
        }
    }

    mutating func arrive(_ octets: [UInt8], _ message: Int, _ session: Int, _ node: Int) {
        guard aggregator.isRunning else { return }
        if scenario.nodes[node].isDatagram {
            aggregator.open(session, of: scenario.nodes[node], after: nil)
        } else if links[node].session != session {
            return
        }
        tell("aggregator  reads message \(message) of session \(session)\(ledger.text(of: message, in: session))")
        aggregator.receive(octets, of: session, at: now)
        noteDelivery(of: message, session)
    }

    /// Over UDP, records that come before their template wait for it a minute.
    private mutating func noteDelivery(of message: Int, _ session: Int) {
        guard !aggregator.hasTemplates(session) else {
            ledger.deliver(message, of: session, at: now)
            return
        }
        if ledger.isWithoutRecords(message, of: session) {
            aggregator.noteTemplates(session)
            ledger.deliver(message, of: session, at: now)
            for held in aggregator.takeHeld(session) where now - held.time < .seconds(60) {
                ledger.deliver(held.message, of: session, at: now)
            }
        } else {
            aggregator.hold(message, session, at: now)
        }
    }

    mutating func killExporter(_ node: Int, for duration: Duration) {
        tell("\(scenario.nodes[node].name)  the exporter is killed")
        nodes[node].kill()
        if !scenario.nodes[node].isDatagram, let session = links[node].session { aggregator.close(session, at: now) }
        links[node].session = nil
        links[node].recent = []
        links[node].waiting = []
        events.put(.exporterStarts(node), at: now + duration)
    }

    mutating func breakStream(_ node: Int, for duration: Duration) {
        guard let session = links[node].session else { return }
        tell("\(scenario.nodes[node].name)  session \(session) breaks")
        aggregator.close(session, at: now)
        links[node].session = nil
        events.put(.connects(node), at: now + duration)
    }

    mutating func killAggregator(for duration: Duration) {
        guard aggregator.isRunning else { return }
        tell("aggregator  is killed")
        aggregator.crash()
        ledger.crashes.append(now)
        for node in scenario.nodes where !node.isDatagram { links[node.index].session = nil }
        events.put(.aggregatorStarts, at: now + duration)
    }

    mutating func startAggregator() {
        aggregator.start(at: now)
        tell("aggregator  starts again and knows \(aggregator.mediator.connectionCount) connections")
        for node in scenario.nodes where !node.isDatagram { connect(node.index) }
    }
}
