// SPDX-License-Identifier: Apache-2.0

import IPFIX
import PacketCapture

/// Builds frames from the inside out.
enum Packets {
    static let exporter = IPAddress(v4: 0xC000_0201)
    static let collector = IPAddress(v4: 0xC000_0209)
    static let exporter6 = IPAddress(high: 0x2001_0DB8_0000_0000, low: 1)
    static let collector6 = IPAddress(high: 0x2001_0DB8_0000_0000, low: 9)

    static func big(_ value: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * (width - 1 - $0))) }
    }

    static func udp(_ payload: [UInt8], from source: Int = 50_000, to destination: Int = 4739) -> [UInt8] {
        big(source, 2) + big(destination, 2) + big(payload.count + 8, 2) + [0, 0] + payload
    }

    static func tcp(_ payload: [UInt8], number: UInt32, flags: Int = 0x10, from source: Int = 50_000, to destination: Int = 4739) -> [UInt8]
    {
        big(source, 2) + big(destination, 2) + big(Int(number), 4) + big(0, 4) + big(5 << 12 | flags, 2) + big(65_535, 2) + [0, 0, 0, 0]
            + payload
    }

    static func ipv4(_ payload: [UInt8], protocolNumber: Int = 17, identification: Int = 7, fragmentWord: Int = 0) -> [UInt8] {
        [0x45, 0] + big(20 + payload.count, 2) + big(identification, 2) + big(fragmentWord, 2) + [64, UInt8(protocolNumber), 0, 0]
            + exporter.octets + collector.octets + payload
    }

    static func ipv6(_ payload: [UInt8], next: Int = 17) -> [UInt8] {
        [0x60, 0, 0, 0] + big(payload.count, 2) + [UInt8(next), 64] + exporter6.octets + collector6.octets + payload
    }

    static func fragment6(_ payload: [UInt8], next: Int = 17, offset: Int, isLast: Bool, identification: Int = 9) -> [UInt8] {
        ipv6([UInt8(next), 0] + big(offset | (isLast ? 0 : 1), 2) + big(identification, 4) + payload, next: 44)
    }

    static func ethernet(_ packet: [UInt8], type: Int = 0x0800, tags: [Int] = []) -> [UInt8] {
        [UInt8](repeating: 2, count: 12) + tags.flatMap { big($0, 2) + [0, 5] } + big(type, 2) + packet
    }

    static func frame(_ octets: [UInt8], _ linkType: LinkType = .rawIP, number: Int = 1, milliseconds: Int64 = 0, cutTo: Int? = nil)
        -> Frame
    {
        Frame(
            number: number, time: Timestamp(milliseconds: milliseconds), linkType: linkType, originalLength: octets.count,
            octets: Array(octets.prefix(cutTo ?? octets.count)))
    }

    /// A well-formed Message with one Data Set whose octets are all `mark`.
    static func message(_ mark: UInt8, octets: Int = 32) -> [UInt8] {
        big(10, 2) + big(octets, 2) + big(0, 12) + big(256, 2) + big(octets - 16, 2) + [UInt8](repeating: mark, count: octets - 20)
    }
}

/// What a capture made of frames, in short.
struct Reading {
    private(set) var messages: [[UInt8]] = []
    /// Everything but messages, in words.
    private(set) var remarks: [String] = []
    private(set) var sessions: [String] = []
    private(set) var statistics = CaptureStatistics()

    init(_ frames: [Frame], rule: PortRule = PortRule(), limits: MessageCapture.Limits = .init()) {
        var capture = MessageCapture(rule: rule, limits: limits)
        for frame in frames { capture.receive(frame) }
        capture.finish()
        statistics = capture.statistics
        for event in capture.takeEvents() { take(event) }
    }

    private mutating func take(_ event: CaptureEvent) {
        switch event {
        case .message(let message):
            messages.append(message.octets)
            sessions.append(message.session.description)
        case .cut(_, _, let octets, let expected): remarks.append("cut \(octets) of \(expected)")
        case .gap(_, _, let octets): remarks.append("gap \(octets)")
        case .skipped(_, _, let octets): remarks.append("skipped \(octets)")
        case .ended: remarks.append("ended")
        }
    }

    /// The mark of each message.
    var marks: [UInt8] { messages.compactMap(\.last) }
}
