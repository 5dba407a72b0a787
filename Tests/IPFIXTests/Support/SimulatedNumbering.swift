// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX

/// Messages of one numbering on their way through a network that loses, repeats and reorders them, and the truth about it.
struct SimulatedNumbering {
    struct Traits {
        /// One in so many messages; 0 for none.
        var lost = 0, repeated = 0, uncounted = 0, withoutRecords = 5
        /// A message is overtaken by at most so many others.
        var reordering = 0
        var messages = 120
    }

    struct Message {
        let sequenceNumber: UInt32
        /// Records before it in this numbering.
        let position: Int
        let records: Int
        let exportTime: UInt32
        var arrivals = 0
        /// Copies whose records were counted, when they came or later.
        var counted = 0
        var isLate = false
    }

    private enum Event {
        case arrive(Int)
        case settle(Int)
    }

    private(set) var messages: [Message] = []
    private let traits: Traits
    private var highestPosition = -1

    init(traits: Traits, firstNumber: UInt32, time: UInt32, using generator: inout SeededGenerator) {
        self.traits = traits
        var position = 0, time = time
        for _ in 0..<traits.messages {
            let records = Self.happens(traits.withoutRecords, &generator) ? 0 : Int.random(in: 1...30, using: &generator)
            let number = firstNumber &+ UInt32(position)
            messages.append(Message(sequenceNumber: number, position: position, records: records, exportTime: time))
            position += records
            if generator.isOnce(in: 10) { time += 1 }
        }
    }

    var lastExportTime: UInt32 { messages.last?.exportTime ?? 0 }
    var nextNumber: UInt32 { messages.last.map { $0.sequenceNumber &+ UInt32($0.records) } ?? 0 }

    /// Hands over what arrives, in the order in which it does.
    mutating func deliver(to tracker: inout SequenceTracker, hasTimes: Bool, using generator: inout SeededGenerator) {
        for event in schedule(using: &generator) {
            switch event {
            case .arrive(let index):
                let isCounted = noteArrival(of: index, using: &generator)
                let message = messages[index]
                _ = tracker.receive(
                    sequenceNumber: message.sequenceNumber, records: isCounted ? message.records : nil,
                    exportTime: hasTimes ? message.exportTime : nil)
            case .settle(let index) where messages[index].counted < messages[index].arrivals:
                messages[index].counted += 1
                tracker.settle(sequenceNumber: messages[index].sequenceNumber, records: messages[index].records)
            case .settle:
                break
            }
        }
    }

    private func schedule(using generator: inout SeededGenerator) -> [Event] {
        var events: [(time: Int, event: Event)] = []
        for index in messages.indices where !Self.happens(traits.lost, &generator) {
            for _ in 0..<(Self.happens(traits.repeated, &generator) ? Int.random(in: 2...3, using: &generator) : 1) {
                let time = index + Int.random(in: 0...traits.reordering, using: &generator)
                events.append((time, .arrive(index)))
                // One in three stays unsettled for ever.
                if !generator.isOnce(in: 3) { events.append((time + .random(in: 1...40, using: &generator), .settle(index))) }
            }
        }
        return events.sorted { $0.time < $1.time }.map(\.event)
    }

    private mutating func noteArrival(of index: Int, using generator: inout SeededGenerator) -> Bool {
        let message = messages[index]
        if message.arrivals == 0, message.position < highestPosition { messages[index].isLate = true }
        highestPosition = max(highestPosition, message.position)
        // A message without records has a set of templates only, which can always be counted.
        let isCounted = message.records == 0 || !Self.happens(traits.uncounted, &generator)
        messages[index].arrivals += 1
        if isCounted { messages[index].counted += 1 }
        return isCounted
    }

    private static func happens(_ rate: Int, _ generator: inout SeededGenerator) -> Bool { rate > 0 && generator.isOnce(in: rate) }
}

extension SimulatedNumbering {
    /// What can be known from the messages that arrived, by what was sent.
    func addTruth(to statistics: inout SequenceStatistics) {
        guard let first = messages.firstIndex(where: { $0.arrivals > 0 }), let last = messages.lastIndex(where: { $0.arrivals > 0 }) else {
            return
        }
        var isOpen = false
        for (index, message) in messages.enumerated() where index >= first && index <= last {
            let records = UInt64(message.records)
            if message.counted > 0 || message.arrivals > 0 && records == 0 {
                isOpen = false
                statistics.received += records
                statistics.duplicated += records * UInt64(max(message.counted, 1) - 1)
                if message.isLate { statistics.reordered += records }
            } else if message.arrivals > 0 {
                isOpen = true
                // Nothing is known behind the last.
                if index < last { statistics.unsettled += records }
            } else if isOpen {
                statistics.unsettled += records
            } else {
                statistics.lost += records
            }
        }
    }
}
