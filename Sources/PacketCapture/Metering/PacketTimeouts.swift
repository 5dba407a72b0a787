// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// How long a connection without packets is kept, by its protocol and state.
public struct PacketTimeouts: Sendable, Hashable {
    /// What has a timeout of its own. Named like the kernel's settings `nf_conntrack_*_timeout*`.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case synSent = "tcp-syn-sent"
        case synReceived = "tcp-syn-recv"
        case established = "tcp-established"
        case finWait = "tcp-fin-wait"
        case closeWait = "tcp-close-wait"
        case lastAck = "tcp-last-ack"
        case timeWait = "tcp-time-wait"
        case close = "tcp-close"
        /// UDP that has had no answer.
        case udp
        case udpStream = "udp-stream"
        case icmp
        case icmp6 = "icmpv6"
        case sctp
        /// SCTP after its end.
        case sctpClosed = "sctp-closed"
        /// All other protocols.
        case generic
    }

    private var values: [Kind: Duration]

    /// The kernel's own values (Linux 6.1, Documentation/networking/nf_conntrack-sysctl.rst).
    public static let conntrack = PacketTimeouts(values: [
        .synSent: .seconds(120), .synReceived: .seconds(60), .established: .seconds(432_000), .finWait: .seconds(120),
        .closeWait: .seconds(60), .lastAck: .seconds(30), .timeWait: .seconds(120), .close: .seconds(10), .udp: .seconds(30),
        .udpStream: .seconds(120), .icmp: .seconds(30), .icmp6: .seconds(30), .sctp: .seconds(210), .sctpClosed: .seconds(10),
        .generic: .seconds(600),
    ])

    /// Silence ends nothing.
    public static let none = PacketTimeouts(values: [:])

    /// Nil where silence does not end a connection.
    public subscript(kind: Kind) -> Duration? {
        get { values[kind] }
        set { values[kind] = newValue }
    }

    /// Milliseconds in the order of the kinds; the greatest number where there is no timeout.
    var milliseconds: [Int64] { Kind.allCases.map { values[$0]?.wholeMilliseconds ?? .max } }
}

extension PacketTimeouts.Kind {
    /// The place among all cases.
    var place: Int {
        switch self {
        case .synSent: 0
        case .synReceived: 1
        case .established: 2
        case .finWait: 3
        case .closeWait: 4
        case .lastAck: 5
        case .timeWait: 6
        case .close: 7
        case .udp: 8
        case .udpStream: 9
        case .icmp: 10
        case .icmp6: 11
        case .sctp: 12
        case .sctpClosed: 13
        case .generic: 14
        }
    }
}
