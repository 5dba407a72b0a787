// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Daemon
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
    let objects: String?
    let mediation: MediationConfiguration
    let retention: RetentionPolicy

    init(_ options: AggregatorOptions) throws(ConfigurationProblems) {
        var file: ConfigurationFile?
        if let path = options.config { file = try ConfigurationFile(path: path) }
        let settings = FileSettings(file)
        store = options.store ?? settings.store ?? "flows.db"
        objects = options.objects ?? settings.objects
        mediation = Self.mediation(options, settings)
        retention = RetentionPolicy(options.retention, RetentionSettings(file))
        var reader = SettingReader(file)
        let security = SecuritySettings(options.security, file, as: .server, &reader)
        credentials = security.credentials
        let named = options.listen.isEmpty ? settings.listen ?? [] : options.listen
        listen = named.isEmpty ? Self.everywhere(isSecured: security.prefersSecured) : named
        let mismatch = reader.text(options.nodeMismatch, "node-mismatch")
        nodeMismatch = reader.parsed(mismatch, "node-mismatch", "write refuse or relabel") { NodeClaim.Mismatch(rawValue: $0) } ?? .refuse
        security.check("listen", listen.map { ("\($0)", $0.transport.isSecured) }, &reader)
        try reader.finish()
    }

    private static func everywhere(isSecured: Bool) -> [Endpoint] {
        Transport.allCases.filter { $0.isSecured == isSecured }.map { Endpoint($0, host: "::") }
    }

    private static func mediation(_ options: AggregatorOptions, _ settings: FileSettings) -> MediationConfiguration {
        var mediation = MediationConfiguration()
        mediation.window = options.window ?? settings.window ?? mediation.window
        mediation.correlationTimeout = options.correlationTimeout ?? settings.correlationTimeout ?? mediation.correlationTimeout
        mediation.inactiveTimeout = options.inactiveTimeout ?? settings.inactiveTimeout ?? mediation.inactiveTimeout
        mediation.hashSeed = .random(in: .min ... .max)
        mediation.clusterID = options.clusterID ?? settings.clusterID
        return mediation
    }
}

/// Every key of the file, asked for whatever the command line says, so that each is checked.
private struct FileSettings {
    let store, objects, clusterID: String?
    let listen: [Endpoint]?
    let window, correlationTimeout, inactiveTimeout: Duration?

    init(_ file: ConfigurationFile?) {
        store = file?.string("store")
        objects = file?.string("objects")
        clusterID = file?.string("cluster-id")
        window = file?.duration("window", in: .seconds(1)...(.seconds(3600)))
        correlationTimeout = file?.duration("correlation-timeout", in: .seconds(1)...(.seconds(600)))
        inactiveTimeout = file?.duration("inactive-timeout", in: .seconds(1)...(.seconds(86_400)))
        listen = file?.endpoints("listen")
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
