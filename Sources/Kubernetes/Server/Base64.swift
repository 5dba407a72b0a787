// SPDX-License-Identifier: Apache-2.0

/// RFC 4648 §4, with or without padding; line ends are passed over.
enum Base64 {
    /// Nil for anything else.
    static func decode(_ text: String) -> [UInt8]? {
        var octets: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var isPadding = false
        for octet in text.utf8 {
            switch octet {
            case 0x0A, 0x0D, 0x20: continue
            case UInt8(ascii: "="):
                isPadding = true
                continue
            default: break
            }
            guard !isPadding, let digit = digit(octet) else { return nil }
            bits = bits << 6 | digit
            count += 1
            if count % 4 == 0 {
                octets += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)]
            }
        }
        switch count % 4 {
        case 0: break
        case 2: octets.append(UInt8(truncatingIfNeeded: bits >> 4))
        case 3: octets += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
        default: return nil
        }
        return octets
    }

    private static func digit(_ octet: UInt8) -> UInt32? {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(octet - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(octet - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(octet - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
