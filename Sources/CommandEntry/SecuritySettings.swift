// SPDX-License-Identifier: Apache-2.0

public import Daemon
public import TransportSecurity

/// Command line and file together on the protection of the transport, checked.
public struct SecuritySettings: Sendable {
    /// Whether endpoints without protection were asked for in words.
    public let allowsPlain: Bool
    /// Nil when no files were named, or they cannot be used, which then is noted.
    public let credentials: Credentials?
    private let namesFiles: Bool

    /// - Parameter isRead: whether the files are to be read at all.
    public init(
        _ options: SecurityOptions, _ file: ConfigurationFile?, as role: SecurityRole, isRead: Bool = true, _ reader: inout SettingReader
    ) {
        allowsPlain = file?.boolean("insecure") ?? false || options.insecure
        let certificate = reader.text(options.tlsCertificate, "tls-certificate")
        let key = reader.text(options.tlsKey, "tls-key")
        let authorities = reader.text(options.tlsCa, "tls-ca")
        let minimum = reader.text(options.tlsMinimum, "tls-minimum")
        let oldest = reader.parsed(minimum, "tls-minimum", "write 1.3 or 1.2") { OldestVersion(rawValue: $0) }
        let named = [("tls-certificate", certificate), ("tls-key", key), ("tls-ca", authorities)]
        namesFiles = named.contains { $0.1 != nil }
        guard let certificate, let key, let authorities else {
            for (name, value) in named where namesFiles && value == nil {
                reader.reject(name, "is missing", remedy: "name all of tls-certificate, tls-key and tls-ca; weir certs makes them")
            }
            credentials = nil
            return
        }
        let files = CredentialFiles(certificate: certificate, key: key, authorities: authorities)
        credentials = isRead ? Self.credentials(files, role, oldest ?? .tls13, &reader) : nil
    }

    private static func credentials(
        _ files: CredentialFiles, _ role: SecurityRole, _ oldest: OldestVersion, _ reader: inout SettingReader
    ) -> Credentials? {
        do throws(CredentialError) {
            return try Credentials(files, role: role, oldest: oldest)
        } catch {
            reader.reject("tls-certificate", error.problem, remedy: error.remedy)
            return nil
        }
    }

    /// Whether certificates were given, so that secured endpoints are what is meant where none is named.
    public var prefersSecured: Bool { namesFiles }

    /// Notes every endpoint that anybody could read and forge, unless that was asked for, and those that lack certificates.
    ///
    /// - Parameters:
    ///   - key: the setting that names them.
    ///   - endpoints: as text, each with whether its transport is encrypted and authenticated.
    public func check(_ key: String, _ endpoints: [(text: String, isSecured: Bool)], _ reader: inout SettingReader) {
        for endpoint in endpoints {
            if !endpoint.isSecured, !allowsPlain {
                reader.reject(
                    key, "\(endpoint.text) is neither encrypted nor authenticated",
                    remedy: "write tls:// or dtls:// and name certificates, which weir certs makes; or, if only those you trust reach it, "
                        + "add --insecure (insecure: true)")
            } else if endpoint.isSecured, !namesFiles {
                reader.reject(
                    key, "\(endpoint.text) needs certificates",
                    remedy: "name tls-certificate, tls-key and tls-ca; weir certs makes them")
            }
        }
    }
}
