// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Daemon
import FlowModel
import IPFIX
import IPFIXTransport
import Metering
import TransportSecurity

/// What command line and file say together, before defaults. Values of the file are checked whatever the command line says.
struct ExporterSettings {
    let sources: [SourceName]
    let collectors: [Endpoint]
    let sending: SendingSettings
    let security: SecuritySettings
    let serverName: String?
    let nodeName, ovsRunDirectory, bridge, record, rules, services, pods, netns: String?
    let nflogGroup: UInt16?
    let listensToEvents: Bool
    let accountingTable: UInt8?
    let dumpShare: Double?
    let ovsIPFIXPort: UInt16?
    let configuresOVSIPFIX: Bool
    let zones: [String]
    let markMask: UInt32?
    let allConnections: Bool
    let filters: FilterSettings
    let podNetworks: [IPPrefix]
    let capacity: Int?
    let replayPace: ReplayRun.Pace?
    let onceFormat: ConnectionListing.Format?
    let profile: ExportProfile?
    let statisticsInterval: Duration?
    let pollInterval, activeTimeout, idleTimeout: Duration?

    let policyFlows: PolicyFlowSettings
    let capture: CaptureSettings

    private static let durations: ClosedRange<Duration> = .milliseconds(100)...(.seconds(3600))

    init(_ options: ExporterOptions, _ file: ConfigurationFile?) throws(ConfigurationProblems) {
        var reader = SettingReader(file)
        sources = reader.list(options.source, "source") { text throws(UnknownSource) in try SourceName(text) }
        let named = reader.list(options.collector, "collector") { text throws(EndpointError) in try Endpoint(text) }
        security = SecuritySettings(options.security, file, as: .client, isRead: !options.once, &reader)
        collectors = named.isEmpty ? [Endpoint(security.prefersSecured ? .tls : .tcp, host: "127.0.0.1")] : named
        let server = reader.text(options.tlsServerName, "tls-server-name")
        serverName = reader.parsed(server, "tls-server-name", "write the name or address in the collector's certificate") { text in
            (1...253).contains(text.utf8.count) && !text.utf8.contains(0) ? text : nil
        }
        if !options.once { security.check("collector", collectors.map { ("\($0)", $0.transport.isSecured) }, &reader) }
        sending = SendingSettings(options.sending, file, collectors: collectors, &reader)
        nodeName = reader.text(options.nodeName, "node-name")
        if let nodeName, let certified = security.credentials?.certificate.names.nodeName, certified != nodeName {
            reader.reject(
                "node-name", "the certificate is of node \(certified), and a collector refuses records that name \(nodeName)",
                remedy: "write \(certified), or leave it out, or name the certificate of \(nodeName)")
        }
        ovsRunDirectory = reader.text(options.ovsRunDirectory, "ovs-run-directory")
        bridge = reader.text(options.bridge, "bridge")
        record = reader.text(options.record, "record")
        rules = reader.text(options.rules, "rules")
        services = reader.text(options.services, "services")
        pods = reader.text(options.pods, "pods")
        netns = reader.text(options.netns, "netns")
        nflogGroup = reader.either(options.nflogGroup, file?.integer("nflog-group", in: 0...65_535).map { UInt16($0) })
        listensToEvents = !(options.noEvents || file?.boolean("no-events") ?? false)
        accountingTable = reader.either(options.accountingTable, file?.integer("accounting-table", in: 0...254).map { UInt8($0) })
        ovsIPFIXPort = reader.either(options.ovsIpfixPort, file?.integer("ovs-ipfix-port", in: 1...65_535).map { UInt16($0) })
        configuresOVSIPFIX = options.ovsIpfixConfigure || file?.boolean("ovs-ipfix-configure") ?? false
        let share = reader.text(options.dumpShare, "dump-share")
        dumpShare = reader.parsed(share, "dump-share", "write a number of percent from 0.01 to 100") { text in
            Double(text).flatMap { (0.01...100).contains($0) ? $0 : nil }
        }
        zones = reader.list(options.zone, "zone") { text throws(NotAValue) in try Self.checkedZone(text) }
        let mask = reader.text(options.markMask, "mark-mask")
        markMask = reader.parsed(mask, "mark-mask", "write a number such as 0xf") { Self.number($0) }
        allConnections = options.allConnections || file?.boolean("all-connections") ?? false
        filters = FilterSettings(options, file, &reader)
        podNetworks = reader.networks(options.podNetwork, "pod-network")
        capacity = reader.either(options.capacity, file?.integer("capacity", in: 1...10_000_000))
        if let capacity, !(1...10_000_000).contains(capacity) {
            reader.reject("capacity", "\(capacity) is out of range", remedy: "write a number from 1 to 10000000")
        }
        let speed = reader.text(options.replaySpeed, "replay-speed")
        replayPace = reader.parsed(speed, "replay-speed", "write max, or a number from 0.01 to 1000") { ReplayRun.Pace($0) }
        onceFormat = reader.parsed(options.output, "output", "write table or json") { ConnectionListing.Format(rawValue: $0) }
        let profileName = reader.text(options.profile, "profile")
        profile = reader.parsed(profileName, "profile", "write weir or antrea") { ExportProfile(rawValue: $0) }
        statisticsInterval = reader.either(
            options.statisticsInterval, file?.duration("statistics-interval", in: .zero...(.seconds(86_400))))
        policyFlows = PolicyFlowSettings(options, &reader)
        pollInterval = reader.either(options.pollInterval, file?.duration("poll-interval", in: Self.durations))
        activeTimeout = reader.either(options.activeTimeout, file?.duration("active-timeout", in: Self.durations))
        idleTimeout = reader.either(options.idleTimeout, file?.duration("idle-timeout", in: Self.durations))
        if nflogGroup == nil, netns != nil, !sources.contains(.conntrack) {
            reader.reject("netns", "nothing of the kernel is read", remedy: "add --source conntrack, or leave it out")
        }
        if options.output != nil, !options.once {
            reader.reject("output", "nothing is printed", remedy: "add --once, or leave it out")
        }
        if replayPace != nil, !sources.contains(where: \.isReplay) {
            reader.reject("replay-speed", "nothing is replayed", remedy: "add --source replay:DIR, or leave it out")
        }
        capture = CaptureSettings(options.capture, file, &reader)
        if sources.count > 1, sources.contains(where: \.isCaptureFile) {
            reader.reject("source", "a capture file is metered alone, by its own clock", remedy: "leave out the other sources")
        }
        if sources.count > 1, sources.contains(where: \.isReplay) {
            reader.reject("source", "a recording is replayed alone", remedy: "leave out the other sources")
        }
        try reader.finish()
    }

    func metering(hostName: String) -> MeteringConfiguration {
        var metering = MeteringConfiguration(nodeName: nodeName ?? security.credentials?.certificate.names.nodeName ?? hostName)
        if !zones.isEmpty { metering.zones = zones.contains("all") ? [] : Set(zones.compactMap { UInt16($0) }) }
        metering.acceptedMarkMask = markMask ?? metering.acceptedMarkMask
        metering.onlyLocalPods = !allConnections
        if !sources.isEmpty, sources.allSatisfy(\.isCapture) {
            // Packets have no zone and no mark, and a capture may be of any node.
            if zones.isEmpty { metering.zones = [] }
            metering.acceptedMarkMask = markMask ?? 0
            metering.onlyLocalPods = false
        }
        filters.apply(to: &metering)
        metering.podNetworks = podNetworks
        metering.capacity = capacity ?? metering.capacity
        metering.activeTimeout = activeTimeout ?? metering.activeTimeout
        metering.idleTimeout = idleTimeout ?? metering.idleTimeout
        return metering
    }

    private static func checkedZone(_ text: String) throws(NotAValue) -> String {
        guard text == "all" || UInt16(text) != nil else {
            throw NotAValue(text: text, remedy: "write a number from 0 to 65535, or all")
        }
        return text
    }

    private static func number(_ text: String) -> UInt32? {
        text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
    }
}

extension SourceName {
    fileprivate var isReplay: Bool {
        if case .replay = self { true } else { false }
    }

    fileprivate var isCapture: Bool {
        if case .capture = self { true } else { false }
    }

    fileprivate var isCaptureFile: Bool {
        if case .capture(let name) = self, case .file = CapturePlace(name) { true } else { false }
    }
}

private struct NotAValue: Error, CustomStringConvertible {
    let text: String
    let remedy: String

    var description: String { "'\(text)' cannot stand here; \(remedy)" }
}
