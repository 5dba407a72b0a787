// SPDX-License-Identifier: Apache-2.0

/// Steps over values and records by their lengths alone.
enum RecordWalker {
    /// The records between two offsets. What is left and shorter than a record is padding (RFC 7011 §3.3.1).
    static func count(of template: Template, in message: RawSpan, body: Range<Int>) throws(MessageError) -> Int {
        if let length = template.fixedRecordLength { return body.count / length }
        let strides = template.strides.span
        let end = body.upperBound
        var position = body.lowerBound
        var records = 0
        while end - position >= template.minimumRecordLength {
            guard let next = step(from: position, by: strides, template.lastStride, in: message, end: end) else {
                // RFC 7011 §3.3.1: padding is zero octets; a run of them can look like a record cut short.
                if isPadding(message, position..<end) { return records }
                throw .badRecord(offset: position)
            }
            position = next
            records += 1
        }
        return records
    }

    /// Where the record at `position` ends; nil when that is beyond `end`.
    @inline(__always)
    private static func step(from position: Int, by strides: Span<Int>, _ lastStride: Int, in message: RawSpan, end: Int) -> Int? {
        var position = position
        for index in strides.indices {
            guard let value = FieldSpecifier.variableRange(in: message, at: position + strides[index], end: end) else { return nil }
            position = value.upperBound
        }
        position += lastStride
        return position <= end ? position : nil
    }

    private static func isPadding(_ message: RawSpan, _ range: Range<Int>) -> Bool {
        for index in range where message.octet(at: index) != 0 { return false }
        return true
    }
}

extension FieldSpecifier {
    /// Where the value at `position` lies, without its length octets; nil when it reaches beyond `end`.
    @inlinable
    public func range(in message: RawSpan, at position: Int, end: Int) -> Range<Int>? {
        guard isVariableLength else {
            let next = position + Int(length)
            return next <= end ? position..<next : nil
        }
        return Self.variableRange(in: message, at: position, end: end)
    }

    /// Where a value of variable length lies whose length octets are at `position`.
    @inlinable @inline(__always)
    public static func variableRange(in message: RawSpan, at position: Int, end: Int) -> Range<Int>? {
        guard position < end else { return nil }
        // RFC 7011 §7: one octet, or 255 and two octets.
        let short = Int(message.octet(at: position))
        if short < 255 {
            let start = position + 1
            return start + short <= end ? start..<start + short : nil
        }
        guard position + 3 <= end else { return nil }
        let start = position + 3
        let long = Int(message.bigEndian(at: position + 1, as: UInt16.self))
        return start + long <= end ? start..<start + long : nil
    }
}
