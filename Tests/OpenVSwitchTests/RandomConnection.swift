// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

extension Connection {
    /// Any connection that a dump can tell: the whole range of every field.
    static func random(using generator: inout SeededGenerator) -> Connection {
        let isTCP = Bool.random(using: &generator)
        let number: UInt8 =
            isTCP ? 6 : [1, 2, 17, 33, 47, 58, 132, 136, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator)!
        let isV4 = Bool.random(using: &generator)
        func tuple() -> Tuple {
            var tuple = Tuple(source: address(isV4, &generator), destination: address(isV4, &generator))
            if number == 1 || number == 58 {
                tuple.icmp = ICMP(
                    identifier: .random(in: 0...(.max), using: &generator), type: .random(in: 0...(.max), using: &generator),
                    code: .random(in: 0...(.max), using: &generator))
            } else {
                tuple.sourcePort = .random(in: 0...(.max), using: &generator)
                tuple.destinationPort = .random(in: 0...(.max), using: &generator)
            }
            return tuple
        }
        func sometimes<Value>(_ value: () -> Value) -> Value? { Bool.random(using: &generator) ? value() : nil }
        func number64() -> UInt64 { [0, 1, .max, .random(in: 0...(.max), using: &generator)].randomElement(using: &generator)! }
        func number32() -> UInt32 { UInt32(truncatingIfNeeded: number64()) }
        // The years 1970 to 2199.
        func time() -> Timestamp { Timestamp(milliseconds: .random(in: 0...7_258_118_399_999, using: &generator)) }
        return Connection(
            original: tuple(), reply: tuple(), protocolIdentifier: number == 6 && !isTCP ? 17 : number,
            zone: sometimes { UInt16(truncatingIfNeeded: number64()) } ?? 0, id: sometimes { max(1, number32()) },
            mark: number32(), label: Label(high: number64(), low: number64()), status: Status(rawValue: number32()),
            tcpState: isTCP ? sometimes { TCPState.allCases.randomElement(using: &generator)! } : nil,
            counters: sometimes {
                Counters(packets: number64(), octets: number64(), reversePackets: number64(), reverseOctets: number64())
            },
            start: sometimes(time), stop: sometimes(time), timeoutSeconds: sometimes(number32))
    }

    private static func address(_ isV4: Bool, _ generator: inout SeededGenerator) -> IPAddress {
        if isV4 { return IPAddress(v4: .random(in: 0...(.max), using: &generator)) }
        // Groups of zeros make the short forms of RFC 5952.
        var high: UInt64 = .random(in: 0...(.max), using: &generator), low: UInt64 = .random(in: 0...(.max), using: &generator)
        for shift in stride(from: 0, to: 64, by: 16) {
            if Bool.random(using: &generator) { high &= ~(0xFFFF << UInt64(shift)) }
            if Bool.random(using: &generator) { low &= ~(0xFFFF << UInt64(shift)) }
        }
        return IPAddress(high: high, low: low)
    }
}
