// SPDX-License-Identifier: Apache-2.0

internal import Metering

/// The state of one TCP connection by the flags of its segments, in the words of the kernel's conntrack.
///
/// Windows are not checked: a capture is believed. Forward is from the originator.
struct TCPTracking: Sendable, Hashable {
    private(set) var state: Connection.TCPState = .none
    private var marks: Marks = []
    private var forwardInitialNumber: UInt32 = 0
    private var reverseInitialNumber: UInt32 = 0

    private struct Marks: OptionSet, Sendable, Hashable {
        let rawValue: UInt8
        static let forwardNumber = Marks(rawValue: 1)
        static let reverseNumber = Marks(rawValue: 2)
        static let forwardFIN = Marks(rawValue: 4)
        static let reverseFIN = Marks(rawValue: 8)
        static let lastFINIsForward = Marks(rawValue: 16)
    }

    /// Whether a SYN without ACK begins another connection between the same ends.
    ///
    /// It does after a FIN or RST, and when its number is not that of the SYN that its sender is known by. The same number again is the
    /// same SYN again.
    func isBegunAnew(bySYN number: UInt32, isForward: Bool) -> Bool {
        if state == .close || state == .timeWait || !marks.isDisjoint(with: [.forwardFIN, .reverseFIN]) { return true }
        if marks.contains(isForward ? .forwardNumber : .reverseNumber) {
            return number != (isForward ? forwardInitialNumber : reverseInitialNumber)
        }
        // Both ends may open at once (RFC 9293 §3.5); a SYN into what goes on already is of a connection whose beginning was not seen.
        return !(state == .synSent && !isForward)
    }

    mutating func observe(_ flags: TCPFlags, sequenceNumber: UInt32, acknowledgment: UInt32, isForward: Bool) {
        if flags.contains(.syn) { note(sequenceNumber, isForward: isForward) }
        if flags.isSuperset(of: [.syn, .ack]) { note(acknowledgment &- 1, isForward: !isForward) }
        state = next(flags, isForward: isForward)
    }

    private mutating func note(_ number: UInt32, isForward: Bool) {
        let mark: Marks = isForward ? .forwardNumber : .reverseNumber
        guard marks.insert(mark).inserted else { return }
        if isForward { forwardInitialNumber = number } else { reverseInitialNumber = number }
    }

    private mutating func next(_ flags: TCPFlags, isForward: Bool) -> Connection.TCPState {
        if flags.contains(.rst) { return .close }
        if flags.contains(.syn) { return opened(isAcknowledging: flags.contains(.ack), isForward: isForward) }
        if flags.contains(.fin) { return closed(isForward: isForward) }
        return flags.contains(.ack) ? acknowledged(isForward: isForward) : state
    }

    private func opened(isAcknowledging: Bool, isForward: Bool) -> Connection.TCPState {
        switch (state, isAcknowledging) {
        case (.none, false): .synSent
        case (.none, true): .synReceived
        case (.synSent, false): isForward ? .synSent : .synSent2
        case (.synSent, true): isForward ? .synSent : .synReceived
        case (.synSent2, true): .synReceived
        default: state
        }
    }

    private mutating func closed(isForward: Bool) -> Connection.TCPState {
        guard state != .close, state != .timeWait else { return state }
        let isNew = marks.insert(isForward ? .forwardFIN : .reverseFIN).inserted
        if isNew, isForward { marks.insert(.lastFINIsForward) }
        if isNew, !isForward { marks.remove(.lastFINIsForward) }
        return marks.isSuperset(of: [.forwardFIN, .reverseFIN]) ? .lastAck : state == .closeWait ? .closeWait : .finWait
    }

    private func acknowledged(isForward: Bool) -> Connection.TCPState {
        let isOfOther = marks.contains(.lastFINIsForward) != isForward
        return switch state {
        case .none: .established
        // The answer was not captured, but the originator has had it.
        case .synSent: isForward ? .established : .synSent
        case .synReceived: isForward ? .established : .synReceived
        case .finWait: isOfOther ? .closeWait : .finWait
        case .lastAck: isOfOther ? .timeWait : .lastAck
        default: state
        }
    }
}
