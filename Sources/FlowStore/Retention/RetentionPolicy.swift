// SPDX-License-Identifier: Apache-2.0

/// How long a store keeps what, and how large it may grow.
public struct RetentionPolicy: Sendable, Hashable {
    /// By resolution; what is not here is kept for ever.
    public var ages: [Resolution: Duration]
    /// Octets that a resolution may take, by ``RoomEstimate``; what is not here may take any. When it takes more, its oldest go; the last
    /// hour (or period) stays, and what the next coarser sums do not have yet.
    public var sizes: [Resolution: Int64]
    /// Of the ledger and of statistics; nil for ever.
    public var ledgerAge: Duration?
    /// Of the file, its free pages not counted; nil for any size. When it is larger, the oldest intervals go, then the oldest sums, finest
    /// first; the last hour of each stays.
    public var maximumOctets: Int64?
    /// Whether the oldest intervals are given up when the disk is full. Otherwise nothing is stored until there is room.
    public var givesUpOldestWhenFull: Bool

    public init(
        ages: [Resolution: Duration] = [:], sizes: [Resolution: Int64] = [:], ledgerAge: Duration? = nil, maximumOctets: Int64? = nil,
        givesUpOldestWhenFull: Bool = false
    ) {
        self.ages = ages
        self.sizes = sizes
        self.ledgerAge = ledgerAge
        self.maximumOctets = maximumOctets
        self.givesUpOldestWhenFull = givesUpOldestWhenFull
    }

    /// A week of intervals, a month of minutes, three of ten minutes, a year of hours, five years of days.
    public static let standard = RetentionPolicy(
        ages: [
            .flows: .seconds(7 * 86_400), .minute: .seconds(31 * 86_400), .tenMinutes: .seconds(92 * 86_400),
            .hour: .seconds(366 * 86_400), .day: .seconds(5 * 366 * 86_400),
        ],
        ledgerAge: .seconds(366 * 86_400))
}

/// What a step of retention did.
public struct RetentionStep: Sendable, Hashable {
    /// Rows of any table.
    public var rowsRemoved: Int64 = 0
    /// Whether there is more to remove now.
    public var hasMore = false
    /// Whether rows went because a resolution or the file was too large, or the disk full, rather than for their age.
    public var isForSize = false
    /// Resolutions that take more than they may although all went that may go; ``wholeIsTooLarge`` says the same of the file.
    public var tooLarge: [Resolution] = []
    public var wholeIsTooLarge = false

    public init() {}
}
