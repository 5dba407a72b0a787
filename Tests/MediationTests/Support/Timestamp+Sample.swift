// SPDX-License-Identifier: Apache-2.0

import IPFIX

extension Timestamp {
    /// Seconds after a full minute.
    static func at(_ seconds: Double) -> Timestamp { Timestamp(milliseconds: 1_795_000_020_000 + Int64((seconds * 1000).rounded())) }
}

extension IPAddress {
    static let client = IPAddress(v4: 0x0A0A_0102), server = IPAddress(v4: 0x0A0A_0203)
    static let service = IPAddress(v4: 0x0A60_000A), external = IPAddress(v4: 0xC633_640A)
}
