// SPDX-License-Identifier: Apache-2.0

/// A parser of octets from outside, and what must hold whatever the octets are.
///
/// The fuzzers of `Tests/Fuzzing` run these with octets that they invent, `FuzzedInputTests` with those that once went wrong.
public enum FuzzTarget: String, Sendable, CaseIterable {
    /// A transport session's IPFIX Messages, and the flow records in them.
    case message = "Message"
    /// A sequence of messages over either transport, IPFIX or NetFlow v9.
    case session = "Session"
    /// An IPFIX File.
    case file = "File"
    /// A segment of an exporter's spool.
    case spool = "Spool"
    /// What a stranger sends to a collector that speaks TLS and DTLS.
    case handshake = "Handshake"
    /// Certificates, as PEM or DER.
    case certificate = "Certificate"
    /// Choices of templates and records, which are written and read back.
    case roundTrip = "RoundTrip"
    /// IPFIX Messages whose records are read into values and lists.
    case values = "Values"
    /// A file of Information Elements.
    case registry = "Registry"
    /// A file of captured frames.
    case capture = "Capture"
    /// The text of `dpctl/dump-conntrack`.
    case conntrackDump = "ConntrackDump"
    /// What a ctnetlink socket delivers.
    case netlink = "Netlink"
    /// OpenFlow messages of a bridge.
    case packetIn = "PacketIn"
    /// Entries of a bridge's flow and port statistics.
    case switchStatistics = "SwitchStatistics"
    /// A bridge's own IPFIX Messages.
    case bridgeStream = "BridgeStream"
    /// A reply of ovs-vswitchd's control socket.
    case unixctl = "Unixctl"
    /// Messages of an OVSDB monitor, one a line.
    case ovsdb = "OVSDB"
    /// A file of Kubernetes objects.
    case objects = "Objects"
    /// Pages of lists and events of watches of a Kubernetes API server.
    case watch = "Watch"
    /// A configuration file.
    case configuration = "Configuration"
    /// A filter as a user writes it.
    case filter = "Filter"

    /// Traps when something that must hold does not. What refuses the octets in good order returns.
    public func run(_ octets: [UInt8]) {
        switch self {
        case .message: MessageTarget.run(octets)
        case .session: SessionTarget.run(octets)
        case .file: FileTarget.run(octets)
        case .spool: SpoolTarget.run(octets)
        case .handshake: HandshakeTarget.run(octets)
        case .certificate: CertificateTarget.run(octets)
        case .roundTrip: RoundTripTarget.run(octets)
        case .values: ValuesTarget.run(octets)
        case .registry: RegistryTarget.run(octets)
        case .capture: CaptureTarget.run(octets)
        case .conntrackDump: ConntrackDumpTarget.run(octets)
        case .netlink: NetlinkTarget.run(octets)
        case .packetIn: PacketInTarget.run(octets)
        case .switchStatistics: SwitchStatisticsTarget.run(octets)
        case .bridgeStream: BridgeStreamTarget.run(octets)
        case .unixctl: UnixctlTarget.run(octets)
        case .ovsdb: OVSDBTarget.run(octets)
        case .objects: ObjectsTarget.run(octets)
        case .watch: WatchTarget.run(octets)
        case .configuration: ConfigurationTarget.run(octets)
        case .filter: FilterTarget.run(octets)
        }
    }
}
