// SPDX-License-Identifier: Apache-2.0

/// Why the entries of a multipart reply cannot be read any further.
public struct MalformedReply: Error, Hashable {
    public let reason: String

    init(_ reason: String) { self.reason = reason }
}
