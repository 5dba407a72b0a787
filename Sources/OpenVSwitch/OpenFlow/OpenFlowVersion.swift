// SPDX-License-Identifier: Apache-2.0

/// The wire versions spoken here.
public enum OpenFlowVersion: UInt8, Sendable, Hashable, CaseIterable {
    case v1_3 = 4
    case v1_4 = 5
    case v1_5 = 6

    /// HELLO with these in its version bitmap (OpenFlow 1.5.1 §7.5.1).
    static var hello: OpenFlowMessage {
        var body: [UInt8] = []
        body.append(bigEndian: UInt16(1))
        body.append(bigEndian: UInt16(8))
        body.append(bigEndian: allCases.reduce(UInt32(0)) { $0 | 1 << UInt32($1.rawValue) })
        return OpenFlowMessage(version: v1_5.rawValue, type: OpenFlowMessage.Kind.hello, transactionID: 1, body: body)
    }

    /// The highest version in a bitmap; the newest first.
    static func best(of bitmap: UInt32) -> OpenFlowVersion? {
        allCases.last { bitmap & 1 << UInt32($0.rawValue) != 0 }
    }

    /// The bitmap of a HELLO. One without a bitmap offers all versions up to that of its header, for so the standard has
    /// it; those that do not exist do no harm.
    static func offered(in hello: OpenFlowMessage) -> UInt32 {
        let body = hello.body.span
        var offset = 0
        while let type = body.bigEndian16(at: offset), let length = body.bigEndian16(at: offset + 2), length >= 4 {
            if type == 1, length >= 8, let bitmap = body.bigEndian32(at: offset + 4) { return bitmap }
            offset += (Int(length) + 7) / 8 * 8
        }
        return hello.version < 31 ? UInt32(1) << (UInt32(hello.version) + 1) - 1 : .max
    }
}
