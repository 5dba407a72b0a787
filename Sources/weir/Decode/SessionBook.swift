// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import PacketCapture

/// The Transport Sessions of the files that are decoded.
///
/// A session over UDP begins with the templates of the one that was last heard from the same address: an exporter that was restarted sends
/// from another port. At most `capacity` sessions; beyond that the half that was opened first is forgotten, its counts kept in the sum.
struct SessionBook {
    /// In the order in which they were opened.
    private(set) var sessions: [DecodedSession] = []
    private var places: [SessionName: Int] = [:]
    private var latest: [IPAddress: Int] = [:]
    private var forgotten = DecodingStatistics()
    private let registry: InformationElementRegistry
    /// Messages with templates that every session begins with.
    private let knownTemplates: [UInt8]

    static let capacity = 4096

    init(registry: InformationElementRegistry, knownTemplates: [UInt8]) {
        self.registry = registry
        self.knownTemplates = knownTemplates
    }

    /// Reading a file is not collecting: templates do not age, and data wait for theirs as long as there is room.
    static let limits = {
        var limits = DecodingLimits()
        limits.acceptsNetFlow9 = true
        limits.templateLifetime = .seconds(1 << 40)
        limits.keptTime = .seconds(1 << 40)
        limits.keptOctets = 16 << 20
        return limits
    }()

    mutating func decode(_ octets: [UInt8], from name: SessionName, at time: Timestamp) throws(MessageError) -> [DecodedSet] {
        let place = places[name] ?? open(name, at: time)
        if case .captured(let session) = name, name.isDatagram { latest[session.source] = place }
        return try sessions[place].decode(octets, at: time)
    }

    var statistics: DecodingStatistics {
        sessions.reduce(into: forgotten) { $0 += $1.decoder.statistics }
    }

    private mutating func open(_ name: SessionName, at time: Timestamp) -> Int {
        var decoder = MessageDecoder(limits: Self.limits, isDatagram: name.isDatagram)
        if case .captured(let session) = name, name.isDatagram, let earlier = latest[session.source] {
            decoder.inheritTemplates(from: sessions[earlier].decoder)
        } else if !knownTemplates.isEmpty {
            // They were written by a decoder with the same limits, so they can be read.
            _ = try? decoder.restoreTemplates(from: knownTemplates, at: time)
        }
        if sessions.count >= Self.capacity { forgetFirstHalf() }
        places[name] = sessions.count
        sessions.append(DecodedSession(name: name, registry: registry, decoder: decoder))
        return sessions.count - 1
    }

    private mutating func forgetFirstHalf() {
        for session in sessions.prefix(Self.capacity / 2) { forgotten += session.decoder.statistics }
        sessions.removeFirst(Self.capacity / 2)
        places = Dictionary(uniqueKeysWithValues: sessions.enumerated().map { ($1.name, $0) })
        latest = latest.compactMapValues { $0 >= Self.capacity / 2 ? $0 - Self.capacity / 2 : nil }
    }
}
