// SPDX-License-Identifier: Apache-2.0

public import Daemon

/// Command line and file together on the protection of the transport.
public struct SecuritySettings: Sendable {
    /// Whether endpoints without protection were asked for in words.
    public let allowsPlain: Bool

    public init(_ options: SecurityOptions, _ file: ConfigurationFile?) {
        allowsPlain = file?.boolean("insecure") ?? false || options.insecure
    }

    /// Notes every endpoint that anybody could read and forge, unless that was asked for.
    ///
    /// - Parameters:
    ///   - key: the setting that names them.
    ///   - endpoints: as text, each with whether its transport is encrypted and authenticated.
    public func check(_ key: String, _ endpoints: [(text: String, isSecured: Bool)], _ reader: inout SettingReader) {
        guard !allowsPlain else { return }
        for endpoint in endpoints where !endpoint.isSecured {
            reader.reject(
                key, "\(endpoint.text) is neither encrypted nor authenticated",
                remedy: "add --insecure (insecure: true) if only those you trust reach it")
        }
    }
}
