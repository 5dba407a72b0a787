// SPDX-License-Identifier: Apache-2.0

/// A value of an Information Element as it is meant, not as it was encoded (RFC 7011 §6, RFC 6313 §4).
///
/// Octets that cannot be a value of their element's type, by their length or by what they say, and those of unknown elements, are
/// ``octets(_:)``: nothing is lost, and nothing is guessed.
public enum Value: Sendable, Hashable {
    case unsigned(UInt64)
    case signed(Int64)
    case float(Double)
    case boolean(Bool)
    case macAddress(MACAddress)
    case address(IPAddress)
    case dateTime(DateTime)
    case string(String)
    case octets([UInt8])
    indirect case basicList(BasicList)
    indirect case subTemplateList(SubTemplateList)
    indirect case subTemplateMultiList(SubTemplateMultiList)
}

extension Value {
    /// Reads a value that is not a list; a list and a value of an unknown type are octets.
    ///
    /// Integers have any width of 1–8 octets (RFC 7011 §6.2), also more than their type has: some exporters send an unsigned8 in two
    /// octets, and the number is what they mean. A string of fixed length loses the zeros that pad it.
    ///
    /// - Parameters:
    ///   - range: where the value lies; inside of `message`.
    ///   - isPadded: whether the field has a fixed length.
    ///   - exportTime: of the Message, by which the era of an NTP timestamp is told; seconds since the Unix epoch.
    public init(
        reading type: DataType?, in message: RawSpan, _ range: Range<Int>, isPadded: Bool = false, exportTime: UInt32 = 0
    ) {
        self = Value(suiting: type, in: message, range, isPadded: isPadded, exportTime: exportTime) ?? .octets(message.array(range))
    }

    private init?(suiting type: DataType?, in message: RawSpan, _ range: Range<Int>, isPadded: Bool, exportTime: UInt32) {
        let start = range.lowerBound
        switch type {
        case .unsigned8, .unsigned16, .unsigned32, .unsigned64, .unsigned256:
            guard let value = message.unsigned(range) else { return nil }
            self = .unsigned(value)
        case .signed8, .signed16, .signed32, .signed64:
            guard (1...8).contains(range.count) else { return nil }
            let shift = UInt64(64 - 8 * range.count)
            self = .signed(Int64(bitPattern: message.bigEndian(at: start, width: range.count) << shift) >> Int64(shift))
        case .float64 where range.count == 8:
            self = .float(Double(bitPattern: message.bigEndian(at: start, as: UInt64.self)))
        case .float32 where range.count == 4, .float64 where range.count == 4:
            self = .float(Double(Float(bitPattern: message.bigEndian(at: start, as: UInt32.self))))
        case .boolean where range.count == 1:
            // RFC 7011 §6.1.5: 1 is true and 2 is false; nothing else is either.
            switch message.octet(at: start) {
            case 1: self = .boolean(true)
            case 2: self = .boolean(false)
            default: return nil
            }
        case .macAddress where range.count == 6:
            self = .macAddress(MACAddress(rawValue: message.bigEndian(at: start, width: 6)))
        case .ipv4Address where range.count == 4:
            self = .address(IPAddress(v4: message.bigEndian(at: start, as: UInt32.self)))
        case .ipv6Address where range.count == 16:
            self = .address(
                IPAddress(
                    high: message.bigEndian(at: start, as: UInt64.self), low: message.bigEndian(at: start + 8, as: UInt64.self)))
        case .dateTimeSeconds, .dateTimeMilliseconds, .dateTimeMicroseconds, .dateTimeNanoseconds:
            guard let time = DateTime(reading: type, in: message, range, exportTime: exportTime) else { return nil }
            self = .dateTime(time)
        case .string:
            guard let text = message.text(range, isPadded: isPadded) else { return nil }
            self = .string(text)
        default:
            return nil
        }
    }
}

extension RawSpan {
    /// The octets of a range that lies inside.
    func array(_ range: Range<Int>) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(range.count)
        for index in range { octets.append(octet(at: index)) }
        return octets
    }

    /// A number of at most the 32 octets of an unsigned256 whose octets beyond the last eight are zero; nil for others and for none.
    fileprivate func unsigned(_ range: Range<Int>) -> UInt64? {
        guard (1...32).contains(range.count) else { return nil }
        let low = range.suffix(8)
        for index in range.lowerBound..<low.lowerBound where octet(at: index) != 0 { return nil }
        return bigEndian(at: low.lowerBound, width: low.count)
    }

    /// UTF-8 (RFC 7011 §6.1.6); nil for octets that are not.
    fileprivate func text(_ range: Range<Int>, isPadded: Bool) -> String? {
        var end = range.upperBound
        while isPadded, end > range.lowerBound, octet(at: end - 1) == 0 { end -= 1 }
        return String(validating: array(range.lowerBound..<end), as: UTF8.self)
    }
}
