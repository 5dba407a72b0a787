// SPDX-License-Identifier: Apache-2.0

internal import OpenVSwitch

/// A reply of ovs-vswitchd's control socket: wherever it is cut the same text comes out, of an error no more than is kept.
enum UnixctlTarget {
    private struct Reading: Equatable {
        var text: [UInt8] = []
        var error: [UInt8]?
        var id: [UInt8] = []
        var isComplete = false
        var isMalformed = false
    }

    static func run(_ octets: [UInt8]) {
        let whole = read(octets, by: max(1, octets.count))
        for length in [1, 2 + Int(octets.first ?? 0)] {
            precondition(read(octets, by: length) == whole, "in pieces a reply says something else")
        }
        precondition((whole.error?.count ?? 0) <= UnixctlReplyParser.smallTextLimitInOctets + 4, "an error is longer than its limit")
        precondition(whole.id.count <= UnixctlReplyParser.smallTextLimitInOctets + 4, "an id is longer than its limit")
        precondition(whole.text.count <= 3 * octets.count, "more text came out than could have gone in")
    }

    private static func read(_ octets: [UInt8], by length: Int) -> Reading {
        var parser = UnixctlReplyParser()
        var reading = Reading()
        for start in stride(from: 0, to: octets.count, by: length) {
            do {
                try parser.consume(octets[start..<min(start + length, octets.count)], text: &reading.text)
            } catch {
                precondition(!error.reason.isEmpty, "a refusal without a word")
                reading.isMalformed = true
                break
            }
        }
        reading.error = parser.error
        reading.id = parser.id
        reading.isComplete = parser.isComplete
        return reading
    }
}
