// SPDX-License-Identifier: Apache-2.0

/// One OpenFlow message: version, type, length of the whole, transaction id, body (OpenFlow 1.5.1 §7.1.1).
struct OpenFlowMessage {
    static let headerLength = 8

    let version: UInt8
    let type: UInt8
    let transactionID: UInt32
    let body: [UInt8]

    /// The message types used here; others are skipped.
    enum Kind {
        static let hello: UInt8 = 0, error: UInt8 = 1, echoRequest: UInt8 = 2, echoReply: UInt8 = 3
        static let experimenter: UInt8 = 4, setConfig: UInt8 = 9
        static let multipartRequest: UInt8 = 18, multipartReply: UInt8 = 19
    }

    /// - Precondition: the body has at most 65,527 octets.
    var octets: [UInt8] {
        var octets: [UInt8] = [version, type]
        octets.append(bigEndian: UInt16(Self.headerLength + body.count))
        octets.append(bigEndian: transactionID)
        return octets + body
    }
}
