// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Labels as the text of a JSON object (RFC 8259).
enum JSONText {
    static func object(_ pairs: [(String, String)]) -> String {
        String(decoding: JSONValue.object(Dictionary(pairs.map { ($0.0, .string($0.1)) }) { $1 }).octets, as: UTF8.self)
    }
}
