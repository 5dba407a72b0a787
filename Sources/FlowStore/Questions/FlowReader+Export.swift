// SPDX-License-Identifier: Apache-2.0

public import FlowModel
public import IPFIX

extension FlowReader {
    /// The next intervals of a range, in the order of their ids; each call sees what is committed then, so that a long export holds up no
    /// checkpoint of the writer.
    ///
    /// - Parameters:
    ///   - fields: the columns behind the first two; values are those of the view `flows`.
    ///   - last: the id of the last interval of the call before; nil to begin.
    ///   - limit: rows at most. Fewer than that are the last.
    /// - Returns: the interval's `id`, its `connection`, then the fields.
    public func nextFlows(
        _ fields: [FlowField], in range: TimeRange, where filter: FlowFilter?, after last: Int64?, limit: Int
    ) throws(StoreError) -> ResultTable {
        let query = FlowsQuery(fields: fields, range: range, filter: filter)
        return try rows(query.sqlInOrder, query.parameters(after: last, limit: limit), columns: query.columns)
    }

    /// The second in which an interval ended, by its id.
    public static func end(ofInterval id: Int64) -> Timestamp { IntervalID.end(of: id) }
}
