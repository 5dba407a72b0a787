// SPDX-License-Identifier: Apache-2.0

/// Why a filter is not understood, and where.
public struct FilterError: Error, Hashable, Sendable {
    /// The whole filter.
    public let filter: String
    /// The part that is meant, in Unicode scalars from the beginning; empty at the end of the filter.
    public let place: Range<Int>
    /// A sentence without its full stop: "there is no field 'sourcePodNam'".
    public let problem: String
    /// What could have been meant in its place, for whoever can guess; may be empty.
    public let known: [String]

    /// The text of `place`.
    public var found: String {
        var text = ""
        text.unicodeScalars.append(contentsOf: filter.unicodeScalars.dropFirst(place.lowerBound).prefix(place.count))
        return text
    }
}
