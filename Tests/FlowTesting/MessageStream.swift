// SPDX-License-Identifier: Apache-2.0

/// Cuts octets that hold whole IPFIX Messages one after another (a file of RFC 5655, a TCP stream) into those Messages.
public enum MessageStream {
    /// What is left and shorter than its header says is not returned.
    public static func messages(in octets: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var start = 0
        while octets.count - start >= 16 {
            let length = Int(octets[start + 2]) << 8 | Int(octets[start + 3])
            guard length >= 16, start + length <= octets.count else { break }
            messages.append(Array(octets[start..<start + length]))
            start += length
        }
        return messages
    }

    /// The messages of a fixture that is an IPFIX File.
    public static func messages(ofFile name: String) throws -> [[UInt8]] { messages(in: try Fixture.octets(name)) }
}
