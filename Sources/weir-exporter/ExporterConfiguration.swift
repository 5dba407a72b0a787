// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Daemon
import FlowModel
import Glibc
import IPFIX
import IPFIXTransport
import Metering
import OpenVSwitch

/// The options of command line and file, merged and checked. Everything wrong is told at once.
struct ExporterConfiguration {
    let sources: [SourceName]
    let collectors: [Endpoint]
    let sending: SendingSettings
    /// Nil where no collector needs it.
    let security: ExportSecurity?
    let ovsRunDirectory: String
    let bridge: String
    let accountingTable: UInt8?
    /// Where OVS's own IPFIX stream is received, on the loopback interface.
    let ovsIPFIXPort: UInt16
    /// Whether the bridge is told to send it.
    let configuresOVSIPFIX: Bool
    /// The greatest part of the time that dumps of OVS may stop the node's traffic.
    let dumpShare: Double
    /// How often flow and port statistics are read; nil for never.
    let statisticsInterval: Duration?
    /// Which flows count for policy rules.
    let policyFlows: PolicyFlows
    let profile: ExportProfile
    let pollInterval: Duration
    let recordDirectory: String?
    let rulesFile, servicesFile, podsFile: String?
    /// Whose connection tracking and packet log are read; nil is the program's own namespace.
    let networkNamespace: String?
    let nflogGroup: UInt16?
    let listensToEvents: Bool
    let replayPace: ReplayRun.Pace
    let onceFormat: ConnectionListing.Format
    /// Whether the sources are only read once and printed, and nothing is sent.
    let isOnce: Bool
    let metering: MeteringConfiguration
    let capture: CaptureSettings

    init(_ options: ExporterOptions) throws(ConfigurationProblems) {
        var file: ConfigurationFile?
        if let path = options.config { file = try ConfigurationFile(path: path) }
        let settings = try ExporterSettings(options, file)
        sources = settings.sources.isEmpty ? [.ovs] : settings.sources
        collectors = settings.collectors
        sending = settings.sending
        security = settings.security.credentials.map { ExportSecurity($0, serverName: settings.serverName) }
        ovsRunDirectory = settings.ovsRunDirectory ?? Self.environment("OVS_RUNDIR") ?? "/var/run/openvswitch"
        bridge = settings.bridge ?? "br-int"
        accountingTable = settings.accountingTable
        ovsIPFIXPort = settings.ovsIPFIXPort ?? 4749
        configuresOVSIPFIX = settings.configuresOVSIPFIX
        dumpShare = (settings.dumpShare ?? 2) / 100
        let interval = settings.statisticsInterval ?? .seconds(60)
        statisticsInterval = interval == .zero ? nil : interval
        policyFlows = settings.policyFlows.policyFlows
        profile = settings.profile ?? .weir
        pollInterval = settings.pollInterval ?? .seconds(5)
        recordDirectory = settings.record
        rulesFile = settings.rules
        servicesFile = settings.services
        podsFile = settings.pods
        networkNamespace = settings.netns
        nflogGroup = settings.nflogGroup
        listensToEvents = settings.listensToEvents
        replayPace = settings.replayPace ?? .unlimited
        onceFormat = settings.onceFormat ?? .table
        isOnce = options.once
        metering = settings.metering(hostName: HostName.current)
        capture = settings.capture
    }

    private static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The zones that sources read: those that are metered, and zone 0 where it tells who is behind connections from outside.
    var zonesToRead: Set<UInt16> {
        metering.recoversExternalClients && !metering.zones.isEmpty ? metering.zones.union([0]) : metering.zones
    }

    /// Whether a bridge of Open vSwitch forwards what is metered.
    var metersBridge: Bool { sources.contains(.ovs) || sources.contains(.ovsIPFIX) }

    var observationDomainID: UInt32 { ObservationDomainName.identifier(of: metering.nodeName) }
}
