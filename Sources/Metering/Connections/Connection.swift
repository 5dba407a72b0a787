// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// One connection tracking entry as a source saw it at one moment. Unknown is nil, never zero.
///
/// Both tuples are kept as conntrack keeps them: the destination after translation is the *reply* tuple's source
/// (include/net/netfilter/nf_conntrack_tuple.h; OVS lib/ct-dpif.h).
public struct Connection: Sendable, Hashable {
    public var original: Tuple
    public var reply: Tuple
    /// IANA protocol number.
    public var protocolIdentifier: UInt8
    /// Conntrack zone; 0 is the default zone.
    public var zone: UInt16
    /// The kernel's conntrack id. Nil on OVS's userspace datapath, which prints 0 for every entry.
    public var id: UInt32?
    public var mark: UInt32
    public var label: Label
    /// The `enum ip_conntrack_status` bits (linux/netfilter/nf_conntrack_common.h). Zero on the userspace datapath.
    public var status: Status
    public var tcpState: TCPState?
    /// Counters of the two directions; nil where the datapath does not count per connection.
    public var counters: Counters?
    public var start: Timestamp?
    /// Only entries that have been deleted carry one.
    public var stop: Timestamp?
    /// Seconds until the entry expires if no packet comes.
    public var timeoutSeconds: UInt32?

    public init(
        original: Tuple, reply: Tuple, protocolIdentifier: UInt8, zone: UInt16 = 0, id: UInt32? = nil, mark: UInt32 = 0,
        label: Label = Label(), status: Status = [], tcpState: TCPState? = nil, counters: Counters? = nil,
        start: Timestamp? = nil, stop: Timestamp? = nil, timeoutSeconds: UInt32? = nil
    ) {
        self.original = original
        self.reply = reply
        self.protocolIdentifier = protocolIdentifier
        self.zone = zone
        self.id = id
        self.mark = mark
        self.label = label
        self.status = status
        self.tcpState = tcpState
        self.counters = counters
        self.start = start
        self.stop = stop
        self.timeoutSeconds = timeoutSeconds
    }
}

extension Connection {
    /// One direction of an entry. Ports are those of TCP, UDP, SCTP and their like.
    public struct Tuple: Sendable, Hashable {
        public var source: IPAddress
        public var destination: IPAddress
        public var sourcePort: UInt16
        public var destinationPort: UInt16
        /// Present for ICMP and ICMPv6 instead of ports, which are then 0.
        public var icmp: ICMP?

        public init(source: IPAddress, destination: IPAddress, sourcePort: UInt16 = 0, destinationPort: UInt16 = 0, icmp: ICMP? = nil) {
            self.source = source
            self.destination = destination
            self.sourcePort = sourcePort
            self.destinationPort = destinationPort
            self.icmp = icmp
        }
    }

    /// The identifier of an echo exchange with its message type and code (RFC 792, RFC 4443).
    public struct ICMP: Sendable, Hashable {
        public var identifier: UInt16
        public var type: UInt8
        public var code: UInt8

        public init(identifier: UInt16, type: UInt8, code: UInt8) {
            self.identifier = identifier
            self.type = type
            self.code = code
        }
    }

    /// Packets and IP-layer octets since the connection began.
    public struct Counters: Sendable, Hashable {
        public var packets: UInt64, octets: UInt64
        public var reversePackets: UInt64, reverseOctets: UInt64

        public init(packets: UInt64 = 0, octets: UInt64 = 0, reversePackets: UInt64 = 0, reverseOctets: UInt64 = 0) {
            self.packets = packets
            self.octets = octets
            self.reversePackets = reversePackets
            self.reverseOctets = reverseOctets
        }
    }

    /// The 128 bits of `ct_label`: `low` holds bits 0–63, `high` bits 64–127.
    public struct Label: Sendable, Hashable {
        public var high: UInt64, low: UInt64

        public init(high: UInt64 = 0, low: UInt64 = 0) {
            self.high = high
            self.low = low
        }

        /// Bits 0–31: the rule that admitted the connection on ingress; 0 is none.
        public var ingressRule: UInt32 { UInt32(truncatingIfNeeded: low) }
        /// Bits 32–63: the rule that admitted the connection on egress; 0 is none.
        public var egressRule: UInt32 { UInt32(truncatingIfNeeded: low >> 32) }
    }

    /// `enum ip_conntrack_status` of linux/netfilter/nf_conntrack_common.h.
    public struct Status: OptionSet, Sendable, Hashable {
        public let rawValue: UInt32
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        public static let expected = Status(rawValue: 1 << 0)
        public static let seenReply = Status(rawValue: 1 << 1)
        public static let assured = Status(rawValue: 1 << 2)
        public static let confirmed = Status(rawValue: 1 << 3)
        public static let sourceNAT = Status(rawValue: 1 << 4)
        public static let destinationNAT = Status(rawValue: 1 << 5)
        public static let sequenceAdjust = Status(rawValue: 1 << 6)
        public static let sourceNATDone = Status(rawValue: 1 << 7)
        public static let destinationNATDone = Status(rawValue: 1 << 8)
        public static let dying = Status(rawValue: 1 << 9)
        public static let fixedTimeout = Status(rawValue: 1 << 10)
        public static let template = Status(rawValue: 1 << 11)
        public static let untracked = Status(rawValue: 1 << 12)
        public static let helper = Status(rawValue: 1 << 13)
        public static let offload = Status(rawValue: 1 << 14)
    }

    /// The states of both vocabularies: the kernel's single state (`enum tcp_conntrack`) and the state of one peer
    /// that OVS's userspace datapath keeps (`enum ct_dpif_tcp_state`). Spelled as each prints them.
    public enum TCPState: UInt8, Sendable, Hashable, CaseIterable {
        case none, synSent, synReceived, established, finWait, closeWait, lastAck, timeWait, close, synSent2
        case closed, listen, finWait1, closing, finWait2

        public var name: String {
            switch self {
            case .none: "NONE"
            case .synSent: "SYN_SENT"
            case .synReceived: "SYN_RECV"
            case .established: "ESTABLISHED"
            case .finWait: "FIN_WAIT"
            case .closeWait: "CLOSE_WAIT"
            case .lastAck: "LAST_ACK"
            case .timeWait: "TIME_WAIT"
            case .close: "CLOSE"
            case .synSent2: "SYN_SENT2"
            case .closed: "CLOSED"
            case .listen: "LISTEN"
            case .finWait1: "FIN_WAIT_1"
            case .closing: "CLOSING"
            case .finWait2: "FIN_WAIT_2"
            }
        }

        /// A connection begins with one of these; those of closing may follow each other as the two peers close.
        public var isOpening: Bool {
            switch self {
            case .synSent, .synSent2, .synReceived, .established: true
            default: false
            }
        }

        /// Nothing but stray packets can follow: the connection has ended even while its entry lives on.
        public var isEnded: Bool {
            switch self {
            case .timeWait, .close, .closed, .finWait2: true
            default: false
            }
        }
    }
}
