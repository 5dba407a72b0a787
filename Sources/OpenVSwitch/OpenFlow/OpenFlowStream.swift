// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of octets into OpenFlow messages.
struct OpenFlowStream {
    private var octets: [UInt8] = []
    private var start = 0

    /// The length field says less than the header has; the stream cannot be followed any further.
    struct ImpossibleLength: Error {
        let length: UInt16
    }

    mutating func consume(_ more: ArraySlice<UInt8>) {
        if start == octets.count {
            octets.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 1 << 18 {
            octets.removeFirst(start)
            start = 0
        }
        octets.append(contentsOf: more)
    }

    /// The next whole message; nil when its end has not come yet. The length field bounds it to 65,535 octets.
    mutating func next() throws(ImpossibleLength) -> OpenFlowMessage? {
        guard let (length, transactionID) = header else { return nil }
        guard length >= OpenFlowMessage.headerLength else { throw ImpossibleLength(length: length) }
        let end = start + Int(length)
        guard end <= octets.count else { return nil }
        let message = OpenFlowMessage(
            version: octets[start], type: octets[start + 1], transactionID: transactionID,
            body: Array(octets[start + OpenFlowMessage.headerLength..<end]))
        start = end
        return message
    }

    private var header: (length: UInt16, transactionID: UInt32)? {
        let span = octets.span
        guard let length = span.bigEndian16(at: start + 2), let transactionID = span.bigEndian32(at: start + 4) else { return nil }
        return (length, transactionID)
    }
}
