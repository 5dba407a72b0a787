// SPDX-License-Identifier: Apache-2.0

/// Several inputs in one: each is two octets of length, the most significant first, and as many octets.
public enum FramedOctets {
    /// A length beyond the end means what is left.
    public static func frames(of octets: [UInt8]) -> [ArraySlice<UInt8>] {
        var frames: [ArraySlice<UInt8>] = []
        var rest = octets[...]
        while rest.count >= 2 {
            let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
            frames.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return frames
    }
}
