// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

/// A store beside the simulated one, which is given all that is committed and asked after a crash in its place.
public protocol IntervalStore: AnyObject {
    /// Commits a batch.
    func write(_ intervals: [FlowInterval], names: borrowing NameTable)

    /// The program that wrote is gone, and another begins: where it goes on from.
    ///
    /// - Returns: the number of the next connection, and the last intervals of those that may go on.
    func restart(within horizon: Duration, at now: Timestamp, names: inout NameTable) -> (nextConnection: Int64, intervals: [FlowInterval])
}
