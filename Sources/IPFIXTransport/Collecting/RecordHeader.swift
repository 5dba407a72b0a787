// SPDX-License-Identifier: Apache-2.0

/// What the first record of a DTLS datagram says of itself in the clear (RFC 6347 §4.1): enough to tell a stranger from a peer.
///
/// ```
///    type (1)   version (2)   epoch (2)   sequence number (6)   length (2)   then, of a handshake, its type (1)
/// ```
package struct RecordHeader {
    private static let length = 13
    private static let alert: UInt8 = 21
    private static let handshake: UInt8 = 22
    private static let clientHello: UInt8 = 1

    /// The first message of a handshake: a peer that has no keys yet.
    package let isHello: Bool
    /// Encrypted, with keys that the peer believes to share with us.
    package let isProtected: Bool

    package init(_ datagram: [UInt8]) {
        guard datagram.count > Self.length, datagram[1] == 0xFE else {
            isHello = false
            isProtected = false
            return
        }
        let isInTheClear = datagram[3] == 0 && datagram[4] == 0
        isHello = isInTheClear && datagram[0] == Self.handshake && datagram[Self.length] == Self.clientHello
        // What is shorter than the answer could be sent in another's name to have him answered more.
        isProtected = !isInTheClear && datagram.count > Self.unknownSession.count
    }

    /// A fatal alert in the clear, `access_denied` (49): the peer has no session here.
    package static let unknownSession: [UInt8] = [alert, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 49]
}
