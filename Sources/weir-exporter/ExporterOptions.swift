// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CommandEntry
import Daemon
import FlowModel
import IPFIX
import IPFIXTransport

/// The command line. What is left out comes from the configuration file, or is the default.
struct ExporterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML file with any of these options.", valueName: "FILE"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Where to read connections: ovs, ovs-ipfix, conntrack; may be repeated (default: ovs). Or replay:DIR, alone.",
            valueName: "SOURCE"),
        transform: { try SourceName($0) })
    var source: [SourceName] = []

    @Option(
        help: ArgumentHelp(
            "Where to send; may be repeated, each gets everything unless --shard (default: tls://127.0.0.1:4740).", valueName: "ENDPOINT"),
        transform: { try Endpoint($0) })
    var collector: [Endpoint] = []

    @Option(help: ArgumentHelp("What records call this node (default: what its certificate says, or the host name).", valueName: "NAME"))
    var nodeName: String?

    @Option(
        help: ArgumentHelp("Directory of Open vSwitch's sockets (default: OVS_RUNDIR, or /var/run/openvswitch).", valueName: "DIR"))
    var ovsRunDirectory: String?

    @Option(help: ArgumentHelp("Integration bridge (default: br-int).", valueName: "NAME"))
    var bridge: String?

    @Option(
        help: ArgumentHelp("Table of learned flows that count each direction of a connection, where there is one.", valueName: "0–254"))
    var accountingTable: UInt8?

    @Option(
        help: ArgumentHelp(
            "UDP port of the loopback interface for OVS's own IPFIX, of --source ovs-ipfix (default: 4749).", valueName: "PORT"))
    var ovsIpfixPort: UInt16?

    @Flag(help: "Have the bridge send its IPFIX for --source ovs-ipfix, and stop it at the end.")
    var ovsIpfixConfigure = false

    @Option(
        help: ArgumentHelp(
            "The most of the time, in percent, that reading OVS's connection table may stop its traffic (default: 2).",
            valueName: "PERCENT"))
    var dumpShare: String?

    @Option(
        help: ArgumentHelp("Conntrack zones to meter; may be repeated, `all` for every zone (default: 65520, 65510).", valueName: "ZONE"))
    var zone: [String] = []

    @Option(
        help: ArgumentHelp("Meter only connections with one of these bits in their mark; 0 takes all (default: 0xf).", valueName: "MASK"))
    var markMask: String?

    @Flag(help: "Meter connections without a pod of this node as well.")
    var allConnections = false

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "Meter only these protocols: tcp, udp, sctp, icmp or a number; may be repeated (default: all).", valueName: "NAME"))
    var protocols: [String] = []

    @Option(help: ArgumentHelp("Meter only connections with an end in these networks; may be repeated (default: all).", valueName: "CIDR"))
    var network: [String] = []

    @Option(help: ArgumentHelp("Leave out connections with an end in these networks; may be repeated.", valueName: "CIDR"))
    var excludeNetwork: [String] = []

    @Option(
        help: ArgumentHelp("Address of this node's gateway; connections to it are left out; may be repeated.", valueName: "ADDRESS"))
    var gateway: [String] = []

    @Flag(help: "Do not read conntrack zone 0 for the clients behind NodePorts and load balancers.")
    var noExternalClients = false

    @Option(help: ArgumentHelp("Connections metered at once; more are counted and left out (default: 500000).", valueName: "COUNT"))
    var capacity: Int?

    @Option(help: ArgumentHelp("Network of the cluster's pods; may be repeated. Tells inter-node from external.", valueName: "CIDR"))
    var podNetwork: [String] = []

    @Option(help: ArgumentHelp("YAML file that says which policy rule each rule id stands for; followed.", valueName: "FILE"))
    var rules: String?

    @Option(help: ArgumentHelp("YAML file with the names of Services by address and port; followed.", valueName: "FILE"))
    var services: String?

    @Option(help: ArgumentHelp("YAML file with this node's pods, instead of the switch's database; followed.", valueName: "FILE"))
    var pods: String?

    @Option(help: ArgumentHelp("Network namespace of the kernel's tables: a name of /run/netns, or a path.", valueName: "NAME"))
    var netns: String?

    @Option(help: ArgumentHelp("Group of the kernel's packet log whose packets are denied connections.", valueName: "GROUP"))
    var nflogGroup: UInt16?

    @Flag(help: "Poll only: do not listen to the kernel's events.")
    var noEvents = false

    @Option(
        help: ArgumentHelp(
            "weir: the reference's elements and Weir's; antrea: exactly the reference's 43 (default: weir).", valueName: "PROFILE"))
    var profile: String?

    @Option(
        help: ArgumentHelp("How often the connection table is read (default: 5s).", valueName: "DURATION"), transform: DurationText.parse)
    var pollInterval: Duration?

    @Option(
        help: ArgumentHelp(
            "How often the bridge's flow and port statistics are read, 0s for never (default: 60s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var statisticsInterval: Duration?

    @Option(
        help: ArgumentHelp(
            "How flows tell policy rules: antrea, or cookie for the lower half of each flow's cookie (default: antrea).",
            valueName: "LAYOUT"))
    var policyLayout: String?

    @Option(
        help: ArgumentHelp(
            "Table whose flows are policy rules, with =ingress or =egress; may be repeated (default: all, 40=egress, 70=ingress).",
            valueName: "TABLE"))
    var policyTable: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only flows with this cookie are policy rules (default: Antrea's category of policies).", valueName: "VALUE/MASK"))
    var policyCookie: String?

    @Option(
        help: ArgumentHelp("How often a lasting connection is reported (default: 5s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var activeTimeout: Duration?

    @Option(
        help: ArgumentHelp("Silence after which what is unreported is sent (default: 15s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var idleTimeout: Duration?

    @Option(help: ArgumentHelp("Keep everything observed in DIR/NODE, to be replayed.", valueName: "DIR"))
    var record: String?

    @Option(
        help: ArgumentHelp("How fast to replay: max, or so many times its own speed (default: max).", valueName: "SPEED"))
    var replaySpeed: String?

    @OptionGroup(title: "Sending")
    var sending: SendingOptions

    @OptionGroup(title: "Captures")
    var capture: CaptureOptions

    @Flag(help: "Read the sources once, print the connections that would be metered, and end; sends nothing.")
    var once = false

    @Option(name: .shortAndLong, help: ArgumentHelp("What --once prints: table or json (default: table).", valueName: "FORMAT"))
    var output: String?

    @OptionGroup(title: "Security")
    var security: SecurityOptions

    @Option(
        help: ArgumentHelp("The name that the collector's certificate must bear (default: the host of its endpoint).", valueName: "NAME"))
    var tlsServerName: String?

    @Flag(help: "Say more on standard error.")
    var verbose = false
}
