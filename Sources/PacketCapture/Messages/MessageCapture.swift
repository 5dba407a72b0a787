// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Finds IPFIX Messages and NetFlow v9 packets in captured frames: UDP datagrams, fragments put together, and TCP streams in order.
///
/// Frames go in one by one; what they held is taken out as events. All that is kept is bounded by `Limits`.
public struct MessageCapture {
    public struct Limits: Sendable {
        /// IP packets of which parts are awaited, of up to 64 KiB each.
        public var fragmentedPackets = 256
        /// Directions of TCP connections.
        public var streams = 4096
        /// Octets of a direction that wait for missing ones before them, and the segments they came in.
        public var waitingOctets = 1 << 20
        public var waitingSegments = 1024

        public init() {}
    }

    private var rule: PortRule
    private let limits: Limits
    private var fragments: FragmentTable
    private var streams: StreamTable
    /// How many connections of the same ports there were; the same bound as for streams, beyond which they are not told apart.
    private var instances: [StreamTable.Path: Int] = [:]
    private var output = CaptureOutput()
    private var latest = Packet(number: 0, time: Timestamp(milliseconds: 0))

    public init(rule: PortRule = PortRule(), limits: Limits = Limits()) {
        self.rule = rule
        self.limits = limits
        fragments = FragmentTable(capacity: limits.fragmentedPackets)
        streams = StreamTable(capacity: limits.streams)
    }

    public var statistics: CaptureStatistics {
        var statistics = output.statistics
        statistics.packetsIncomplete = fragments.abandoned
        return statistics
    }

    /// What was found since the last call, in order.
    public mutating func takeEvents() -> [CaptureEvent] {
        defer { output.events.removeAll(keepingCapacity: true) }
        return output.events
    }

    public mutating func receive(_ frame: Frame) {
        latest = Packet(number: frame.number, time: frame.time)
        if frame.isCut { output.statistics.cutFrames += 1 }
        let octets = frame.octets.span
        guard let offset = frame.linkType.networkOffset(in: octets) else {
            output.statistics.notIP += 1
            return
        }
        guard let packet = InternetPacket(reading: octets, at: offset) else {
            output.statistics.malformedPackets += 1
            return
        }
        // What the frame has beyond the captured octets belongs to the packet only as far as the packet's own length says.
        if let fragment = packet.fragment {
            output.statistics.fragments += 1
            receive(fragment, of: packet, octets)
        } else {
            receive(packet, packet.protocolNumber, octets, packet.payload)
        }
    }

    /// Tells what waits still; for the end of a capture.
    public mutating func finish() {
        fragments.finish()
        for var stream in streams.removeAll() { stream.finish(packet: latest, into: &output) }
    }

    private mutating func receive(_ fragment: InternetPacket.Fragment, of packet: InternetPacket, _ octets: Span<UInt8>) {
        switch fragments.insert(packet, fragment, octets, at: latest.time) {
        case .kept: break
        case .refused: output.statistics.fragmentsRefused += 1
        case .completed(let whole):
            output.statistics.packetsReassembled += 1
            let octets = whole.octets.span
            // Behind an IPv6 fragment header more headers may follow.
            let headers = ExtensionHeaders(reading: octets, at: 0, end: octets.count, first: whole.protocolNumber)
            guard let headers, headers.fragment == nil else {
                output.statistics.malformedPackets += 1
                return
            }
            receive(packet, headers.protocolNumber, octets, headers.payload)
        }
    }

    private mutating func receive(_ packet: InternetPacket, _ protocolNumber: UInt8, _ octets: Span<UInt8>, _ payload: Range<Int>) {
        let missing = packet.fragment == nil ? packet.missing : 0
        switch protocolNumber {
        case 17:
            guard let datagram = Datagram(reading: octets, in: payload, missing: missing) else { return countMalformed() }
            output.statistics.datagrams += 1
            receive(datagram, of: packet, octets)
        case 6:
            guard let segment = Segment(reading: octets, in: payload, missing: missing) else { return countMalformed() }
            output.statistics.segments += 1
            receive(segment, of: packet, octets)
        default:
            output.statistics.otherProtocols += 1
        }
    }

    private mutating func countMalformed() { output.statistics.malformedPackets += 1 }

    private mutating func receive(_ datagram: Datagram, of packet: InternetPacket, _ octets: Span<UInt8>) {
        let payload = octets.extracting(datagram.payload)
        guard rule.takes(payload, to: packet.destination, port: datagram.destinationPort) else {
            output.statistics.datagramsIgnored += 1
            return
        }
        output.statistics.datagramsTaken += 1
        let session = CapturedSession(
            transport: .udp, source: packet.source, sourcePort: datagram.sourcePort, destination: packet.destination,
            destinationPort: datagram.destinationPort, instance: 0)
        guard datagram.missing == 0 else {
            let expected = payload.count + datagram.missing
            output.events.append(.cut(session, packet: latest.number, octets: payload.count, expected: expected))
            return
        }
        let message = CapturedMessage(session: session, octets: octets.array(datagram.payload), packet: latest.number, time: latest.time)
        output.events.append(.message(message))
    }

    private mutating func receive(_ segment: Segment, of packet: InternetPacket, _ octets: Span<UInt8>) {
        let path = StreamTable.Path(
            source: packet.source, sourcePort: segment.sourcePort, destination: packet.destination,
            destinationPort: segment.destinationPort)
        guard let stream = stream(of: path, segment) else { return }
        var current = stream
        current.receive(segment, octets, packet: latest, into: &output)
        if current.hasMessages { rule.learn(packet.destination, port: segment.destinationPort) }
        streams.put(current, path)
    }

    /// The stream a segment belongs to; nil when it is not of interest.
    private mutating func stream(of path: StreamTable.Path, _ segment: Segment) -> CapturedStream? {
        if var stream = streams.take(path) {
            guard stream.isReplaced(by: segment) else { return stream }
            stream.finish(packet: latest, into: &output)
            if instances.count < limits.streams { instances[path, default: 0] += 1 }
        }
        let isExpected = rule.isExpected(path.destination, port: path.destinationPort)
        guard isExpected || rule.recognizes, segment.begins || !segment.payload.isEmpty else { return nil }
        if streams.isFull {
            for var stream in streams.removeQuarter() { stream.finish(packet: latest, into: &output) }
        }
        if isExpected { output.statistics.streamsTaken += 1 }
        return CapturedStream(
            session: CapturedSession(
                transport: .tcp, source: path.source, sourcePort: path.sourcePort, destination: path.destination,
                destinationPort: path.destinationPort, instance: instances[path, default: 0]),
            isExpected: isExpected, segment: segment, packet: latest.number,
            limits: StreamDirection.Limits(waitingOctets: limits.waitingOctets, waitingSegments: limits.waitingSegments))
    }
}
