// SPDX-License-Identifier: Apache-2.0

public import TransportSecurity

/// How an Exporting Process proves who it is, and knows its collector.
public struct ExportSecurity: Sendable {
    /// Those of a client; kept current, and asked for at each connection.
    public let credentials: Credentials
    /// What the collector's certificate must bear in place of the endpoint's host, as when the host is a proxy's or a number.
    public let serverName: String?

    public init(_ credentials: Credentials, serverName: String? = nil) {
        precondition(credentials.role == .client, "an exporter begins its sessions")
        self.credentials = credentials
        self.serverName = serverName
    }
}
