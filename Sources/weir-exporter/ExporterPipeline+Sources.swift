// SPDX-License-Identifier: Apache-2.0

public import CommandEntry
public import Conntrack
import Daemon
import IPFIX
import Logging
import Metering
import OpenVSwitch
import PacketCapture

extension ExporterPipeline {
    /// Where a source's connections are read.
    func source(_ name: SourceName) throws -> any ConnectionSource {
        switch name {
        case .ovs: ovsSource("ovs", counting: accountingTable)
        case .ovsIPFIX: ovsSource("ovs-ipfix", counting: try bridgeStream())
        case .conntrack:
            try KernelSource(
                zones: configuration.zonesToRead, namespace: configuration.networkNamespace, counters: counters, logger: logger)
        case .capture(let name):
            try CaptureSource(
                interface: name, configuration.capture.live, configuration.capture.metering(.conntrack), clock: clock, counters: counters,
                logger: logger)
        case .replay:
            preconditionFailure("a recording is replayed alone; the configuration refuses anything else")
        }
    }

    /// Who tells of a source's connections between polls; nil where nobody does.
    func watcher(_ name: SourceName) throws -> (any ConnectionWatcher)? {
        guard name == .conntrack, configuration.listensToEvents else { return nil }
        do {
            return try KernelWatcher(
                zones: configuration.zonesToRead, namespace: configuration.networkNamespace, counters: counters, logger: logger)
        } catch {
            logger.warning(
                "no events of the kernel: connections shorter than a poll will not be seen", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    func packetLog() throws -> PacketLogWatcher? {
        guard let group = configuration.nflogGroup else { return nil }
        return try PacketLogWatcher(group: group, namespace: configuration.networkNamespace, counters: counters, logger: logger)
    }

    /// Everything privileged is open; what remains is asking the kernel, and opening sockets of Open vSwitch again after it restarted.
    ///
    /// - Parameter more: what a run needs beside.
    func giveUpPrivileges(keeping more: Set<Capability> = []) throws {
        let needsKernel = configuration.sources.contains(.conntrack) || configuration.nflogGroup != nil
        let kept: Set<Capability> = needsKernel ? [.networkAdministration, .overrideFilePermissions] : [.overrideFilePermissions]
        let report = try Privileges.restrict(to: kept.union(more))
        if report.threadsWithMore > 0 {
            logger.warning("threads that were there already keep their privileges", metadata: ["threads": "\(report.threadsWithMore)"])
        }
        logger.debug("privileges given up", metadata: ["kept": "\(report.kept.map(\.name).sorted().joined(separator: " "))"])
    }

    private func ovsSource(_ name: String, counting: (any DirectionCounting)?) -> OVSSource {
        OVSSource(
            name: name, runDirectory: configuration.ovsRunDirectory, counting: counting, dumpShare: configuration.dumpShare,
            interval: configuration.pollInterval, counters: counters, logger: logger)
    }

    private var accountingTable: AccountingTable? {
        configuration.accountingTable.map { table in
            AccountingTable(
                client: OpenFlowClient(socketPath: "\(configuration.ovsRunDirectory)/\(configuration.bridge).mgmt"), table: table,
                clock: { [clock] in clock.now })
        }
    }

    private func bridgeStream() throws -> BridgeStreamCounting {
        let options = BridgeStreamCounting.Options(
            bridge: configuration.bridge, databaseSocket: "\(configuration.ovsRunDirectory)/db.sock", port: configuration.ovsIPFIXPort,
            configures: configuration.configuresOVSIPFIX, observationDomainID: configuration.observationDomainID,
            interval: configuration.pollInterval)
        return try BridgeStreamCounting(options, clock: { [clock] in clock.now }, logger: logger)
    }

    /// A run that did not end in good order has left the bridge sending to nobody.
    func takeBackBridgeStream() {
        guard configuration.metersBridge, !configuration.configuresOVSIPFIX else { return }
        let bridge = BridgeIPFIX(
            bridge: configuration.bridge, databaseSocket: "\(configuration.ovsRunDirectory)/db.sock", timeout: .seconds(1))
        if (try? bridge.undo()) == true {
            logger.notice("took back the IPFIX that an earlier run had the bridge send", metadata: ["bridge": "\(configuration.bridge)"])
        }
    }
}

extension ConntrackError: CannotStart {}
