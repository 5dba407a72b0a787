// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Daemon
import FlowModel
import FlowStore
import IPFIXTransport
import Mediation
import TransportSecurity

/// The options of command line and file, merged and checked.
struct AggregatorConfiguration {
    let store: String
    let listen: [Endpoint]
    /// Nil where no endpoint needs them.
    let credentials: Credentials?
    let nodeMismatch: NodeClaim.Mismatch
    let limits: CollectingLimits
    let cluster: ClusterSource?
    let mediation: MediationConfiguration
    let retention: RetentionPolicy
    /// Nil when records are aggregated.
    let proxy: ProxyConfiguration?
    /// What a proxy shows its collectors; nil where none needs it.
    let exportCredentials: Credentials?

    init(_ options: AggregatorOptions) throws(ConfigurationProblems) {
        var file: ConfigurationFile?
        if let path = options.config { file = try ConfigurationFile(path: path) }
        let settings = FileSettings(file)
        store = options.store ?? settings.store ?? "flows.db"
        var reader = SettingReader(file)
        let retentionSettings = RetentionSettings(options.retention, file, &reader)
        retention = RetentionPolicy(retentionSettings)
        mediation = Self.mediation(options, settings, retention)
        cluster = Self.cluster(options, settings, &reader)
        proxy = Self.proxy(options, settings, file, retentionSettings, &reader)
        let security = SecuritySettings(options.security, file, as: .server, &reader)
        credentials = security.credentials
        let needsClient = proxy?.collectors.contains { $0.transport.isSecured } ?? false
        exportCredentials = needsClient ? SecuritySettings(options.security, file, as: .client, &reader).credentials : nil
        let named = options.listen.isEmpty ? settings.listen ?? [] : options.listen
        listen = named.isEmpty ? Self.everywhere(isSecured: security.prefersSecured) : named
        let mismatch = reader.text(options.nodeMismatch, "node-mismatch")
        nodeMismatch = reader.parsed(mismatch, "node-mismatch", "write refuse or relabel") { NodeClaim.Mismatch(rawValue: $0) } ?? .refuse
        limits = CollectingLimits(options.collecting, file, &reader)
        security.check("listen", listen.map { ("\($0)", $0.transport.isSecured) }, &reader)
        security.check("collector", (proxy?.collectors ?? []).map { ("\($0)", $0.transport.isSecured) }, &reader)
        try reader.finish()
    }

    private static func everywhere(isSecured: Bool) -> [Endpoint] {
        Transport.allCases.filter { $0.isSecured == isSecured }.map { Endpoint($0, host: "::") }
    }

    private static func cluster(_ options: AggregatorOptions, _ settings: FileSettings, _ reader: inout SettingReader) -> ClusterSource? {
        let access = reader.parsed(reader.text(options.kubernetes, "kubernetes"), "kubernetes", ClusterAccess.remedy) { ClusterAccess($0) }
        let objects = options.objects ?? settings.objects
        if access != nil, objects != nil {
            reader.reject("objects", "the cluster is followed by kubernetes already", remedy: "leave out objects or kubernetes")
        }
        return access.map { .server($0) } ?? objects.map { .file($0) }
    }

    private static func proxy(
        _ options: AggregatorOptions, _ settings: FileSettings, _ file: ConfigurationFile?, _ retention: RetentionSettings,
        _ reader: inout SettingReader
    ) -> ProxyConfiguration? {
        let collectors = options.collector.isEmpty ? settings.collectors ?? [] : options.collector
        let profile = reader.parsed(reader.text(options.profile, "profile"), "profile", "write weir or antrea") {
            ExportProfile(rawValue: $0)
        }
        let mode = reader.parsed(reader.text(options.mode, "mode"), "mode", "write aggregate or proxy") { AggregatorMode(rawValue: $0) }
        guard mode == .proxy else {
            let ofProxy = (collectors.isEmpty ? [] : ["collector"]) + (profile == nil ? [] : ["profile"]) + options.keeping.given(file)
            for key in ofProxy { reader.reject(key, "only a proxy passes records on", remedy: "add mode: proxy, or leave it out") }
            return nil
        }
        if collectors.isEmpty {
            reader.reject(
                "collector", "a proxy needs to know where to pass records on to", remedy: "write tcp://HOST:PORT or udp://HOST:PORT")
        }
        let ofAggregation: [(String, Bool)] = [
            ("store", options.store ?? settings.store != nil), ("window", options.window ?? settings.window != nil),
            ("correlation-timeout", options.correlationTimeout ?? settings.correlationTimeout != nil),
            ("inactive-timeout", options.inactiveTimeout ?? settings.inactiveTimeout != nil),
            ("late-after", options.lateAfter ?? settings.lateAfter != nil),
        ]
        for key in ofAggregation.filter(\.1).map(\.0) + retention.given {
            reader.reject(key, "a proxy keeps nothing and stores nothing", remedy: "leave it out, or mode: proxy")
        }
        return ProxyConfiguration(
            collectors: collectors, keeping: ExportKeeping(options.keeping, file, collectors: collectors, &reader),
            profile: profile ?? .weir, clusterID: options.clusterID ?? settings.clusterID,
            observationDomainID: ObservationDomainName.identifier(of: HostName.current))
    }

    private static func mediation(
        _ options: AggregatorOptions, _ settings: FileSettings, _ retention: RetentionPolicy
    ) -> MediationConfiguration {
        var mediation = MediationConfiguration()
        mediation.window = options.window ?? settings.window ?? mediation.window
        mediation.correlationTimeout = options.correlationTimeout ?? settings.correlationTimeout ?? mediation.correlationTimeout
        mediation.inactiveTimeout = options.inactiveTimeout ?? settings.inactiveTimeout ?? mediation.inactiveTimeout
        if let age = options.lateAfter ?? settings.lateAfter {
            // No time at all means that nothing is late.
            if age > .zero { mediation.acceptedAge = age }
        } else if let age = retention.ages[.flows] {
            // Sums are kept for longer than intervals: what waited in a spool over the night is part of them.
            mediation.acceptedAge = max(age, .seconds(86_400))
        }
        mediation.hashSeed = .random(in: .min ... .max)
        mediation.clusterID = options.clusterID ?? settings.clusterID
        return mediation
    }
}

/// Every key of the file, asked for whatever the command line says, so that each is checked.
private struct FileSettings {
    let store, objects, clusterID: String?
    let listen, collectors: [Endpoint]?
    let window, correlationTimeout, inactiveTimeout, lateAfter: Duration?

    init(_ file: ConfigurationFile?) {
        store = file?.string("store")
        objects = file?.string("objects")
        clusterID = file?.string("cluster-id")
        window = file?.duration("window", in: .seconds(1)...(.seconds(3600)))
        correlationTimeout = file?.duration("correlation-timeout", in: .seconds(1)...(.seconds(600)))
        inactiveTimeout = file?.duration("inactive-timeout", in: .seconds(1)...(.seconds(86_400)))
        lateAfter = file?.duration("late-after")
        listen = file?.endpoints("listen")
        collectors = file?.endpoints("collector")
    }
}

extension ConfigurationFile {
    /// A list of endpoints; each that is none is noted.
    fileprivate func endpoints(_ path: String) -> [Endpoint]? {
        strings(path)?.compactMap { text in
            do throws(EndpointError) {
                return try Endpoint(text)
            } catch {
                reject(path, "\(error)", remedy: "write tls://HOST:PORT, or another transport")
                return nil
            }
        }
    }
}
