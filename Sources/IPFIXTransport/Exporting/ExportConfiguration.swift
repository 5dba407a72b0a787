// SPDX-License-Identifier: Apache-2.0

/// How an Exporting Process behaves; the defaults suit a cluster.
public struct ExportConfiguration: Sendable, Hashable {
    /// Templates are sent again over UDP after this long (RFC 7011 §8.1).
    public var templateRefresh: Duration
    /// A connection that takes nothing for this long is given up, and so is an attempt to connect.
    public var writeTimeout: Duration
    /// A connection is given up when the collector's system does not acknowledge octets for this long, as when its machine
    /// has gone without a word. Longer than a collector may well pause.
    public var acknowledgementTimeout: Duration
    public var shortestReconnect: Duration
    public var longestReconnect: Duration
    /// The largest message sent over UDP, header included; larger ones are dropped and counted. What UDP over IPv4 can carry by default.
    public var datagramLimit: Int
    /// Octets a second of what waited in the spool or is sent again, beyond those that are new.
    public var drainRate: Int

    public init(
        templateRefresh: Duration = .seconds(60),
        writeTimeout: Duration = .seconds(10),
        acknowledgementTimeout: Duration = .seconds(60),
        shortestReconnect: Duration = .milliseconds(250),
        longestReconnect: Duration = .seconds(15),
        datagramLimit: Int = 65_507,
        drainRate: Int = 4 << 20
    ) {
        self.templateRefresh = templateRefresh
        self.writeTimeout = writeTimeout
        self.acknowledgementTimeout = acknowledgementTimeout
        self.shortestReconnect = shortestReconnect
        self.longestReconnect = longestReconnect
        self.datagramLimit = datagramLimit
        self.drainRate = drainRate
    }
}
