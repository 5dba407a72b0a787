// SPDX-License-Identifier: Apache-2.0

/// When the flows of an IPFIX File were: the record of RFC 5655 §8.1.2, in milliseconds.
///
/// A writer that knows the window only at the end sends it with the last Message; a reader takes it wherever it stands.
public struct FileTimeWindow: Sendable, Hashable {
    /// Of the flow that began first.
    public let start: Timestamp
    /// Of the flow that ended last.
    public let end: Timestamp

    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }

    private static let sessionScope = InformationElement.ID(enterprise: .iana, number: 267)
    private static let minFlowStartMilliseconds = InformationElement.ID(enterprise: .iana, number: 272)
    private static let maxFlowEndMilliseconds = InformationElement.ID(enterprise: .iana, number: 269)

    /// The Options Template of the record, whose scope is the session, that is the file.
    public static func template(id: UInt16) -> Template {
        Template(
            id: id,
            fields: [
                FieldSpecifier(element: sessionScope, length: 1),
                FieldSpecifier(element: minFlowStartMilliseconds, length: 8),
                FieldSpecifier(element: maxFlowEndMilliseconds, length: 8),
            ],
            scopeFieldCount: 1)
    }

    /// The record, as ``template(id:)`` describes it. The scope's value is zero and says nothing.
    public var record: [UInt8] {
        var writer = OctetWriter(reserving: 17)
        writer.append(UInt8(0))
        writer.append(start.milliseconds)
        writer.append(end.milliseconds)
        return writer.octets
    }
}
