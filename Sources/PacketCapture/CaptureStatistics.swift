// SPDX-License-Identifier: Apache-2.0

/// What became of the frames of a capture. Every frame is in one of the first group; the others count what they carried.
public struct CaptureStatistics: Sendable, Hashable {
    // Frames.
    public internal(set) var datagrams = 0
    public internal(set) var segments = 0
    /// Parts of packets, which are counted again as datagram or segment when they are whole.
    public internal(set) var fragments = 0
    /// IP packets of other protocols.
    public internal(set) var otherProtocols = 0
    /// Frames without an IP packet.
    public internal(set) var notIP = 0
    /// IP packets whose headers make no sense.
    public internal(set) var malformedPackets = 0

    /// Frames of which the capture has the beginning only.
    public internal(set) var cutFrames = 0

    // Fragments.
    public internal(set) var packetsReassembled = 0
    /// Packets of which parts never came.
    public internal(set) var packetsIncomplete = 0
    /// Parts that contradict others or are impossible.
    public internal(set) var fragmentsRefused = 0

    // Payloads.
    public internal(set) var datagramsTaken = 0
    /// Datagrams with a payload that is not IPFIX or NetFlow v9.
    public internal(set) var datagramsIgnored = 0
    public internal(set) var streamsTaken = 0
    public internal(set) var streamsIgnored = 0
    /// Octets of TCP streams that came again.
    public internal(set) var octetsRepeated = 0
    /// Octets of TCP streams that never came.
    public internal(set) var octetsMissing = 0
    /// Octets of TCP streams that belong to no Message.
    public internal(set) var octetsSkipped = 0

    public init() {}

    /// All frames that were looked at.
    public var frames: Int { framesOfTransport + otherProtocols + notIP + malformedPackets }

    private var framesOfTransport: Int { datagrams + segments + fragments - packetsReassembled }
}

extension CaptureStatistics {
    public static func + (a: Self, b: Self) -> Self {
        var sum = a
        for count in counts { sum[keyPath: count.path] += b[keyPath: count.path] }
        return sum
    }

    /// Every count under its name, in the order of their declaration.
    public var named: [(name: String, count: Int)] {
        [("frames", frames)] + Self.counts.map { ($0.name, self[keyPath: $0.path]) }
    }

    private static var counts: [(name: String, path: WritableKeyPath<Self, Int>)] {
        [
            ("datagrams", \.datagrams), ("segments", \.segments), ("fragments", \.fragments), ("otherProtocols", \.otherProtocols),
            ("notIP", \.notIP), ("malformedPackets", \.malformedPackets), ("cutFrames", \.cutFrames),
            ("packetsReassembled", \.packetsReassembled), ("packetsIncomplete", \.packetsIncomplete),
            ("fragmentsRefused", \.fragmentsRefused), ("datagramsTaken", \.datagramsTaken), ("datagramsIgnored", \.datagramsIgnored),
            ("streamsTaken", \.streamsTaken), ("streamsIgnored", \.streamsIgnored), ("octetsRepeated", \.octetsRepeated),
            ("octetsMissing", \.octetsMissing), ("octetsSkipped", \.octetsSkipped),
        ]
    }
}
