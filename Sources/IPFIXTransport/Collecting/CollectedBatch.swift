// SPDX-License-Identifier: Apache-2.0

/// What one reading brought from one session, in the order of the wire.
public struct CollectedBatch: Sendable, Hashable {
    public enum Event: Sendable, Hashable {
        /// The first event of every session.
        case opened
        /// Whole IPFIX Messages of 16–65,535 octets, header included; never empty. Over UDP a Message may have more octets behind it,
        /// which came in its datagram and are no part of it.
        case messages([[UInt8]])
        /// The last event of every session: its templates are void.
        case closed(SessionEnd)
    }

    public let session: TransportSession
    public let event: Event

    public init(session: TransportSession, event: Event) {
        self.session = session
        self.event = event
    }
}
