// SPDX-License-Identifier: Apache-2.0

/// The Transport Sessions of a Collecting Process that sees whose each Message is.
///
/// A session over UDP whose first Message comes while another of the same exporter's address is known takes over the templates of the
/// one that was heard last: an exporter that was restarted sends from another port. At capacity the session that was silent longest is
/// forgotten, its counts kept in ``statistics``.
public struct SessionTable: Sendable {
    private struct Session: Sendable {
        var decoder: MessageDecoder
        var lastHeard: Timestamp
    }

    private let limits: DecodingLimits
    private let capacity: Int
    private var sessions: [TransportEnds: Session] = [:]
    private var forgotten = DecodingStatistics()

    /// - Parameter capacity: sessions at a time.
    public init(limits: DecodingLimits = DecodingLimits(), capacity: Int = 4096) {
        self.limits = limits
        self.capacity = max(1, capacity)
    }

    public mutating func decode(_ octets: [UInt8], from ends: TransportEnds, at now: Timestamp) throws(MessageError) -> Message {
        if sessions[ends] == nil { open(ends, at: now) }
        sessions[ends]?.lastHeard = now
        guard let message = try sessions[ends]?.decoder.decode(octets, at: now) else { throw .tooShort(octets: octets.count) }
        return message
    }

    /// A stream has ended, and its templates with it (RFC 7011 §8.1); its counts stay in ``statistics``.
    public mutating func close(_ ends: TransportEnds) {
        guard let session = sessions.removeValue(forKey: ends) else { return }
        forgotten += session.decoder.statistics
    }

    public var count: Int { sessions.count }

    public var ends: [TransportEnds] { Array(sessions.keys) }

    public subscript(ends: TransportEnds) -> MessageDecoder? { sessions[ends]?.decoder }

    /// Of all sessions, also those that are forgotten.
    public var statistics: DecodingStatistics {
        sessions.values.reduce(into: forgotten) { $0 += $1.decoder.statistics }
    }

    private mutating func open(_ ends: TransportEnds, at now: Timestamp) {
        var decoder = MessageDecoder(limits: limits, isDatagram: ends.isDatagram)
        let earlier = sessions.filter { $0.key.isSameExporter(as: ends) }.max { $0.value.lastHeard < $1.value.lastHeard }
        if let earlier { decoder.inheritTemplates(from: earlier.value.decoder) }
        if sessions.count >= capacity, let silent = sessions.min(by: { $0.value.lastHeard < $1.value.lastHeard }) { close(silent.key) }
        sessions[ends] = Session(decoder: decoder, lastHeard: now)
    }
}
