// SPDX-License-Identifier: Apache-2.0

/// What the header of a NetFlow v9 packet says beside what an IPFIX Message Header does (RFC 3954 §5.1).
public struct NetFlow9Header: Sendable, Hashable {
    public static let version: UInt16 = 9
    public static let length = 20

    /// Records in the packet, templates and data together, as the exporter counts them; not relied upon.
    public var recordCount: UInt16
    /// Milliseconds since the exporter was started, modulo 2³².
    public var systemUptime: UInt32

    public init(recordCount: UInt16, systemUptime: UInt32) {
        self.recordCount = recordCount
        self.systemUptime = systemUptime
    }
}

extension MessageHeader {
    /// When the exporter was started: what flowStartSysUpTime and flowEndSysUpTime count from; nil unless this is NetFlow v9.
    ///
    /// As exact as the header, whose time has whole seconds. IPFIX sends the same as systemInitTimeMilliseconds (160).
    public var systemInitTime: Timestamp? {
        netFlow9.map { Timestamp(milliseconds: Int64(exportTime) * 1000 - Int64($0.systemUptime)) }
    }

    /// The moment of an uptime that a record of this packet gives, such as flowStartSysUpTime; nil unless this is NetFlow v9.
    ///
    /// Counted from the packet's own uptime, so that one wrap of the 32 bits (49.7 days) between the two does no harm.
    public func time(ofUptime uptime: UInt32) -> Timestamp? {
        netFlow9.map {
            let difference = Int32(bitPattern: uptime &- $0.systemUptime)
            return Timestamp(milliseconds: Int64(exportTime) * 1000 + Int64(difference))
        }
    }
}
