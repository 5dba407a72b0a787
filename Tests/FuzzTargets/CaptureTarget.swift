// SPDX-License-Identifier: Apache-2.0

internal import Metering
internal import PacketCapture

/// A pcap or pcapng file: every frame is counted once, no more octets of messages come out than went in, and connections have every packet.
enum CaptureTarget {
    static func run(_ octets: [UInt8]) {
        meter(octets, inner: false)
        meter(octets, inner: true)
        readMessages(octets)
    }

    private static func meter(_ octets: [UInt8], inner: Bool) {
        guard CaptureFile.recognizes(octets), let input = try? InputFile(octets: octets, name: "fuzzed"),
            let file = try? CaptureFile(input)
        else { return }
        var configuration = PacketMeter.Configuration()
        configuration.inner = inner
        configuration.capacity = 8
        configuration.fragmentCapacity = 4
        var meter = PacketMeter(configuration, seed: 1)
        var frame = Frame.empty
        var packets: UInt64 = 0
        func count(_ captured: CapturedConnection) {
            guard let counters = captured.connection.counters else { return }
            packets += counters.packets + counters.reversePackets
        }
        while (try? file.read(into: &frame)) == true {
            meter.receive(frame)
            precondition(meter.connectionCount <= configuration.capacity, "\(meter.connectionCount) connections are kept")
            meter.takeEvents { captured, kind in if kind == .destroyed { count(captured) } }
        }
        meter.finish()
        meter.takeEnds(count)
        meter.takeConnections(count)
        precondition(meter.statistics.frames == file.frames, "\(meter.statistics.frames) of \(file.frames) frames were counted")
        precondition(packets == meter.statistics.metered, "connections have \(packets) of \(meter.statistics.metered) packets")
    }

    private static func readMessages(_ octets: [UInt8]) {
        guard CaptureFile.recognizes(octets), let input = try? InputFile(octets: octets, name: "fuzzed"),
            let file = try? CaptureFile(input)
        else { return }
        var limits = MessageCapture.Limits()
        limits.fragmentedPackets = 4
        limits.streams = 4
        limits.waitingOctets = 4096
        limits.waitingSegments = 8
        var capture = MessageCapture(limits: limits)
        var frame = Frame.empty
        var octetsIn = 0, octetsOut = 0
        while (try? file.read(into: &frame)) == true {
            octetsIn += frame.octets.count
            capture.receive(frame)
            octetsOut += messageOctets(capture.takeEvents())
        }
        capture.finish()
        octetsOut += messageOctets(capture.takeEvents())
        precondition(octetsOut <= octetsIn, "\(octetsOut) octets of messages came of \(octetsIn)")
        precondition(capture.statistics.frames == file.frames, "\(capture.statistics.frames) of \(file.frames) frames were counted")
    }

    private static func messageOctets(_ events: [CaptureEvent]) -> Int {
        events.reduce(0) { sum, event in
            if case .message(let message) = event { sum + message.octets.count } else { sum }
        }
    }
}
