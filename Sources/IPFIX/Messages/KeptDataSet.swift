// SPDX-License-Identifier: Apache-2.0

/// A Data Set that came before its template and can be read since (RFC 7011 §9.3).
public struct KeptDataSet: Sendable {
    /// What keeping a Set costs beside its octets, in octets: an upper bound of its place in the list.
    public static let cost = 128

    /// A copy of the Set's octets, its header excluded.
    public let octets: [UInt8]
    /// The records in ``octets``.
    public let set: DataSet
    /// The header of the Message in which the Set came.
    public let header: MessageHeader
}
