// SPDX-License-Identifier: Apache-2.0

public import IPFIX

/// How the values of a record become a flow: made once for a template, or for the header of a file of text.
///
/// Values are known by the names of Information Elements and of the schema's fields; others are left aside. Times may be told in any of
/// the ways that IPFIX has, or be missing: the end is the time told for it, else start and duration, else when it was observed, else the
/// start, else when it was exported. A start that nothing tells stays unknown.
public struct RecordMapping: Sendable {
    let meanings: [RecordMeaning?]

    /// - Parameter columns: the name of each value of a record, in their order.
    public init(columns: [String]) {
        meanings = columns.map { RecordMeaning.byName[$0] }
    }

    /// How many of the columns say something of a flow.
    public var knownColumns: Int { meanings.count { $0 != nil } }

    /// What a record tells.
    ///
    /// - Parameters:
    ///   - exportTime: the time that is taken where the record tells none, and from which some elements count back.
    ///   - isZeroUnknown: whether zero and empty stand for "none" where the schema says so. A template has no other way to say it; text has.
    ///   - value: the value of a column; nil where it is unknown.
    public func flow(
        exportTime: Timestamp, isZeroUnknown: Bool, names: inout NameTable, value: (Int) -> Value?
    ) -> MappedFlow {
        var flow = MappedFlow()
        var times = RecordTimes(exportTime: exportTime)
        var icmp: (type: UInt64?, code: UInt64?)
        for (index, meaning) in meanings.enumerated() {
            guard let meaning, let value = value(index) else { continue }
            switch meaning {
            case .field(let field): flow.set(field, to: value, isZeroUnknown: isZeroUnknown, names: &names)
            case .substitute(let field):
                if !flow.record.isKnown(field) { flow.set(field, to: value, isZeroUnknown: isZeroUnknown, names: &names) }
            case .time(let moment, let precision): times.tell(moment, precision, value)
            case .before(let moment): times.tell(moment, microsecondsBeforeExport: value.integer)
            case .durationMilliseconds: times.duration = value.integer.map { .milliseconds(Int64(clamping: $0)) }
            case .durationMicroseconds: times.duration = value.integer.map { .microseconds(Int64(clamping: $0)) }
            case .icmpType: icmp.type = value.integer
            case .icmpCode: icmp.code = value.integer
            case .connection: flow.connection = value.integer
            }
        }
        if let type = icmp.type, !flow.record.isKnown(.icmpTypeCode) {
            flow.record[unsigned: .icmpTypeCode] = (type & 0xFF) << 8 | (icmp.code ?? 0) & 0xFF
        }
        times.resolve(into: &flow)
        return flow
    }
}

/// A flow as a record of some exporter tells it.
public struct MappedFlow: Sendable {
    public internal(set) var record = FlowRecord()
    /// The number under which the record's maker knows the connection.
    public internal(set) var connection: UInt64?
    /// Whether the record tells no time at all, so that the flow's end is when it was exported.
    public internal(set) var isTimeOfExport = false

    /// Whether there is a flow in the record: both addresses, or something that was counted.
    public var isFlow: Bool {
        record.isKnown(.sourceIPAddress) && record.isKnown(.destinationIPAddress) || FlowCounter.isAnyKnown(in: record)
    }

    public mutating func setObservation(_ observation: UInt64?) { record[unsigned: .observation] = observation }

    /// Completes a record of an exporter that is not Weir.
    ///
    /// It is all that there is of its flow, and its maker's numbers of flows say nothing of connections. ICMP without ports gets type × 256
    /// + code for destinationTransportPort, as NetFlow has it, so that sums by port are those of other collectors.
    public mutating func makeForeign() {
        connection = nil
        if !record.isKnown(.observation) { setObservation(1) }
        let isICMP = record[unsigned: .protocolIdentifier] == 1 || record[unsigned: .protocolIdentifier] == 58
        if isICMP, !record.isKnown(.destinationTransportPort) {
            record[unsigned: .destinationTransportPort] = record[unsigned: .icmpTypeCode]
        }
    }

    mutating func set(_ field: FlowField, to value: Value, isZeroUnknown: Bool, names: inout NameTable) {
        let definition = FlowSchema.definition(of: field)
        let dropsZero = isZeroUnknown && definition.isZeroUnknown
        switch definition.kind {
        case .unsigned:
            guard let number = value.integer, number != 0 || !dropsZero else { return }
            record[unsigned: field] = number
        case .time:
            guard let time = value.time, time.milliseconds != 0 || !dropsZero else { return }
            record[time: field] = time
        case .name:
            let text = value.text
            guard !text.isEmpty else { return }
            record[name: field] = names.id(of: text)
        case .address:
            guard case .address(let address) = value else { return }
            // A template may have addresses of both families; the one that is not used is unspecified and hides no other.
            if address.isUnspecified, dropsZero || record.isKnown(field) { return }
            record[address: field] = address
        case .uuid:
            guard case .octets(let octets) = value, octets.count == 16 else { return }
            let words = stride(from: 0, to: 16, by: 8).map { octets[$0..<$0 + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            guard words[0] | words[1] != 0 || !isZeroUnknown else { return }
            record[uuid: field] = (words[0], words[1])
        }
    }
}

extension FlowCounter {
    /// Whether a record has any of the counters of the connection, total or growth.
    static func isAnyKnown(in record: FlowRecord) -> Bool {
        allCases.contains { record.isKnown($0.total(.common)) || record.isKnown($0.delta(.common)) }
    }
}
