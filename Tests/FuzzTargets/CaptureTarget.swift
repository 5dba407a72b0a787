// SPDX-License-Identifier: Apache-2.0

internal import PacketCapture

/// A pcap or pcapng file: every frame is counted once, and no more octets come out than went in.
enum CaptureTarget {
    static func run(_ octets: [UInt8]) {
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
