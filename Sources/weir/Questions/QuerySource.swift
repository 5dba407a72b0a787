// SPDX-License-Identifier: Apache-2.0

internal import FlowModel
internal import FlowStore
internal import IPFIX

/// Whoever answers questions about flows: a store's file, or a server that has one. What is asked and answered are values, so that
/// commands do not know which it is.
protocol QuerySource {
    func top(_ query: TopQuery) throws -> TopResult
    func series(_ query: SeriesQuery) throws -> SeriesResult
    func flows(_ query: FlowsQuery) throws -> ResultTable
    /// How the question would be answered.
    func explain(_ query: TopQuery) throws -> QueryExplanation
    func explain(_ query: SeriesQuery) throws -> QueryExplanation
    func explain(_ query: FlowsQuery) throws -> QueryExplanation

    /// What the ledger says of a range, and what of it is no longer kept at any resolution that tells what was asked: up to the coarsest.
    func completeness(in range: TimeRange, answeredBy coarsest: Resolution?) throws -> Completeness
    /// Between which ends of intervals there are flows; nil if there are none.
    func storedSpan() throws -> ClosedRange<Timestamp>?
    /// Values of names and addresses that begin so, in order.
    func values(of fields: [FlowField], beginning prefix: String, limit: Int) throws -> [String]

    func exporters(in range: TimeRange) throws -> ResultTable
    func policyRules(in range: TimeRange) throws -> ResultTable
    func podPorts(in range: TimeRange) throws -> ResultTable
}

extension FlowReader: QuerySource {}

extension QuerySource {
    /// What to say when there are no flows of a range for which a filter holds: where there are some, and what is perhaps misspelt.
    func noticesOnEmpty(_ range: TimeRange, _ filter: FlowFilter?) throws -> [String] {
        guard let span = try storedSpan() else { return ["the store has no flows yet"] }
        return ["the store has flows from \(LocalTime.dateAndTime(span.lowerBound)) to \(LocalTime.dateAndTime(span.upperBound))"]
            + (try UnknownNames(source: self).remarks(on: filter))
    }
}
