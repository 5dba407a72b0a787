// SPDX-License-Identifier: Apache-2.0

/// Some of the collectors of a Metering Process, by their place in its list: bit 0 is the first.
public struct CollectorSet: OptionSet, Sendable, Hashable {
    /// How many collectors there may be.
    public static let maximumCount = 32

    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    public init(_ collector: Int) {
        precondition((0..<Self.maximumCount).contains(collector), "collectors are numbered from 0 to 31")
        self.init(rawValue: 1 << UInt32(collector))
    }

    /// The first so many.
    public static func first(_ count: Int) -> Self {
        Self(rawValue: count >= maximumCount ? .max : (1 << UInt32(max(0, count))) - 1)
    }
}
