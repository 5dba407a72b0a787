// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// One direction of a TCP connection and the Messages in it.
struct CapturedStream {
    let session: CapturedSession
    let firstPacket: Int
    private(set) var lastPacket: Int
    private var direction: StreamDirection
    private var framer: StreamFramer
    private var fate: Fate

    private enum Fate {
        /// Not enough octets came to say whether these are Messages.
        case undecided
        case messages
        /// Something else, or a connection that is over.
        case unread
    }

    /// Octets after which a stream without a Message is taken for something else; twice what a Message can have.
    private static let patience = 1 << 17
    private var octetsUndecided = 0
    /// Octets before the first Message of a stream whose beginning was not captured.
    private var octetsPassed = 0
    private let isExpected: Bool
    private let beginsWithMessage: Bool

    /// - Parameters:
    ///   - isExpected: whether the octets are reported even if no Message is found in them.
    ///   - segment: the first that was captured.
    init(session: CapturedSession, isExpected: Bool, segment: Segment, packet: Int, limits: StreamDirection.Limits) {
        self.session = session
        self.isExpected = isExpected
        firstPacket = packet
        lastPacket = packet
        direction = StreamDirection(sequenceNumber: segment.sequenceNumber, limits: limits)
        beginsWithMessage = segment.begins
        framer = StreamFramer(beginsWithMessage: isExpected && segment.begins)
        fate = isExpected ? .messages : .undecided
    }

    /// Whether what comes is still looked at.
    var isRead: Bool {
        if case .unread = fate { false } else { true }
    }

    var hasMessages: Bool {
        if case .messages = fate { true } else { false }
    }

    /// What is kept when there is no room for all: the greater.
    var worth: Int { hasMessages ? 2 : isRead ? 1 : 0 }

    /// Whether a segment with a SYN begins a new connection of the same ports.
    func isReplaced(by segment: Segment) -> Bool {
        segment.begins && !direction.isBegun(by: segment.sequenceNumber)
    }

    mutating func receive(_ segment: Segment, _ octets: Span<UInt8>, packet: Packet, into output: inout CaptureOutput) {
        lastPacket = packet.number
        guard isRead else { return }
        let repeated = direction.repeatedOctets
        let deliveries = direction.receive(segment, octets)
        output.statistics.octetsRepeated += direction.repeatedOctets - repeated
        for delivery in deliveries { take(delivery, packet: packet, into: &output) }
        if segment.resets || direction.isComplete { finish(packet: packet, into: &output) }
    }

    /// Tells what is left; for the end of the connection or of the capture.
    mutating func finish(packet: Packet, into output: inout CaptureOutput) {
        guard isRead else { return }
        for delivery in direction.finish() { take(delivery, packet: packet, into: &output) }
        read(isEnd: true, packet: packet, into: &output)
        if hasMessages {
            output.events.append(.ended(session))
        } else {
            output.statistics.streamsIgnored += isRead && octetsUndecided > 0 ? 1 : 0
        }
        fate = .unread
    }

    private mutating func take(_ delivery: StreamDirection.Delivery, packet: Packet, into output: inout CaptureOutput) {
        guard isRead else { return }
        switch delivery {
        case .octets(let octets):
            framer.append(octets)
            if case .undecided = fate {
                octetsUndecided += octets.count
                if beginsWithMessage, framer.isPlausible == false { return ignore(&output) }
            }
            read(isEnd: false, packet: packet, into: &output)
        case .gap(let octets):
            read(isEnd: true, packet: packet, into: &output)
            framer.loseStep()
            guard hasMessages else { return }
            output.statistics.octetsMissing += octets
            output.events.append(.gap(session, packet: packet.number, octets: octets))
        }
    }

    private mutating func read(isEnd: Bool, packet: Packet, into output: inout CaptureOutput) {
        while isRead, let item = framer.next(isEnd: isEnd) { tell(item, packet: packet, into: &output) }
        if case .undecided = fate, octetsUndecided > Self.patience { ignore(&output) }
    }

    private mutating func tell(_ item: StreamFramer.Item, packet: Packet, into output: inout CaptureOutput) {
        if case .undecided = fate {
            guard decide(item, &output) else { return }
            if octetsPassed > 0 { tell(.skipped(octetsPassed), packet: packet, into: &output) }
        }
        switch item {
        case .message(let octets):
            let message = CapturedMessage(session: session, octets: octets, packet: packet.number, time: packet.time)
            output.events.append(.message(message))
        case .skipped(let octets):
            output.statistics.octetsSkipped += octets
            output.events.append(.skipped(session, packet: packet.number, octets: octets))
        case .cut(let octets, let expected):
            output.events.append(.cut(session, packet: packet.number, octets: octets, expected: expected))
        }
    }

    /// A stream on any port is read if a Message stands at its beginning, or somewhere near it when its beginning was not captured.
    ///
    /// - Returns: whether the item is to be told.
    private mutating func decide(_ item: StreamFramer.Item, _ output: inout CaptureOutput) -> Bool {
        switch item {
        case .message:
            fate = .messages
            output.statistics.streamsTaken += 1
            return true
        case .skipped(let octets), .cut(let octets, _):
            octetsPassed += octets
            if beginsWithMessage { ignore(&output) }
            return false
        }
    }

    private mutating func ignore(_ output: inout CaptureOutput) {
        fate = .unread
        output.statistics.streamsIgnored += 1
        framer = StreamFramer(beginsWithMessage: false)
    }
}
