// SPDX-License-Identifier: Apache-2.0

/// One of the sources of a Metering Process: its place in their list. What one source does not show has not ended at another.
public struct SourceID: RawRepresentable, Sendable, Hashable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let first = SourceID(rawValue: 0)
}
