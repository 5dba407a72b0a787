// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// Why something that came, or should have, is not stored: a word of the store's view `drops`, and the count of the ledger it is part of.
public enum DropCause: Sendable, Hashable {
    /// A message that was refused for its octets.
    case malformed(MessageError.Cause)

    /// A record without addresses or protocol.
    case withoutKey
    /// A record without a start or an end.
    case withoutTime
    /// A record that ends later than any clock of a cluster can be ahead.
    case fromTheFuture
    /// A record that names another node than its sender's certificate.
    case foreignNode
    /// A record that ended longer ago than anything is still stored.
    case tooOld

    /// A Set whose template did not come in time.
    case templateMissing
    /// A Set that could not wait for its template: there was no room, or nothing in it.
    case withoutRoom
    /// A Set that does not fit the template that came.
    case notOfItsTemplate

    /// A datagram that the kernel dropped: the socket's receive buffer was full, or its checksum wrong.
    case receiveBuffer
    /// A datagram of DTLS that belongs to no session, as after the aggregator was started anew.
    case unknownSession
    /// A datagram of one peer too many.
    case tooManyPeers

    /// A connection of one too many.
    case tooManyConnections
    /// A handshake of TLS or DTLS that came to no session.
    case handshake
    /// A connection that gave its place to another, or whose message did not come to its end.
    case displaced

    /// An interval that has no place in the store: its end is before 1970 or beyond the year 71,652.
    case withoutPlace
    /// An interval of a batch that the store refused until the program had to end.
    case storeFailed
}

extension DropCause: CaseIterable {
    public static let allCases: [DropCause] =
        MessageError.Cause.allCases.map { .malformed($0) } + [
            .withoutKey, .withoutTime, .fromTheFuture, .foreignNode, .tooOld, .templateMissing, .withoutRoom, .notOfItsTemplate,
            .receiveBuffer, .unknownSession, .tooManyPeers, .tooManyConnections, .handshake, .displaced, .withoutPlace, .storeFailed,
        ]

    public var name: String {
        switch self {
        case .malformed(let cause): cause.rawValue
        case .withoutKey: "without-key"
        case .withoutTime: "without-time"
        case .fromTheFuture: "from-the-future"
        case .foreignNode: "foreign-node"
        case .tooOld: "too-old"
        case .templateMissing: "template-missing"
        case .withoutRoom: "without-room"
        case .notOfItsTemplate: "not-of-its-template"
        case .receiveBuffer: "receive-buffer"
        case .unknownSession: "unknown-session"
        case .tooManyPeers: "too-many-peers"
        case .tooManyConnections: "too-many-connections"
        case .handshake: "handshake"
        case .displaced: "displaced"
        case .withoutPlace: "without-place"
        case .storeFailed: "store-failed"
        }
    }

    /// The count that is the sum of this cause and others.
    public var count: any WritableKeyPath<ExporterMinute, UInt64> & Sendable {
        switch self {
        case .malformed: \.malformed
        case .withoutKey, .withoutTime, .fromTheFuture, .foreignNode: \.refused
        case .tooOld: \.late
        case .templateMissing, .withoutRoom, .notOfItsTemplate: \.setsWithoutTemplate
        case .receiveBuffer, .unknownSession, .tooManyPeers: \.datagramsDropped
        case .tooManyConnections, .handshake, .displaced: \.sessionsRefused
        case .withoutPlace, .storeFailed: \.intervalsLost
        }
    }
}
