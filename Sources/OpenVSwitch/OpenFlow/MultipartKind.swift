// SPDX-License-Identifier: Apache-2.0

/// The multipart requests that are made here, and what stands in them; the same in 1.3 to 1.5 (OpenFlow 1.5.1 §7.3.5).
enum MultipartKind: UInt16 {
    /// OFPMP_FLOW, since 1.5 OFPMP_FLOW_DESC.
    case flowStatistics = 1
    /// OFPMP_PORT_STATS.
    case portStatistics = 4

    static let headerLength = 8

    /// type(2) flags(2) pad(4).
    var header: [UInt8] { [0, UInt8(rawValue), 0, 0, 0, 0, 0, 0] }

    /// table(1) pad(3) out_port(4) out_group(4) pad(4) cookie(8) mask(8) match.
    static func flows(table: UInt8, cookie: UInt64, mask: UInt64) -> [UInt8] {
        var body: [UInt8] = [table, 0, 0, 0]
        body.append(bigEndian: UInt32.max)  // OFPP_ANY
        body.append(bigEndian: UInt32.max)  // OFPG_ANY
        body.append(bigEndian: UInt32(0))
        body.append(bigEndian: cookie)
        body.append(bigEndian: mask)
        return body + [0, 1, 0, 4, 0, 0, 0, 0]  // An OXM match of no fields, padded.
    }

    /// port(4) pad(4).
    static let anyPort: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
}
