// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The records of one Data Set, and what their fields are called.
struct DecodedSet {
    let template: Template
    let columns: [DecodedColumn]
    let records: [DataRecord]
    let origin: RecordOrigin
    /// What uptimes count from; nil where that was not told.
    let clock: UptimeClock?

    init(template: Template, records: [DataRecord], origin: RecordOrigin, clock: UptimeClock?) {
        self.template = template
        self.records = records
        self.origin = origin
        self.clock = clock
        columns = records.first.map { DecodedColumn.columns(of: $0.layout, hasClock: clock != nil) } ?? []
    }

    /// The values of a record under a column's name; more than one where an element is repeated.
    func values(of column: DecodedColumn, in record: DataRecord) -> [Value] {
        column.places.map { value(of: column, at: $0, in: record) }
    }

    func value(of column: DecodedColumn, at place: Int, in record: DataRecord) -> Value {
        let value = record.values[place]
        return column.isMadeAbsolute ? clock?.absolute(value) ?? value : value
    }

    /// The names of a record's scope; empty for records that are not of Options Templates.
    var scope: [String] {
        guard template.isOptionsTemplate, let layout = records.first?.layout else { return [] }
        return layout.fields.indices.prefix(template.scopeFieldCount).map { DecodedColumn.name(of: layout, $0) }
    }
}

/// Who sent a Data Set, in whose name, and when.
struct RecordOrigin {
    let session: SessionName
    let header: MessageHeader
}

/// What stands under one name in the records of a template.
struct DecodedColumn: Hashable {
    let name: String
    /// Which values of a record, in wire order.
    let places: [Int]
    /// Whether the values are uptimes to be shown as points in time.
    let isMadeAbsolute: Bool

    /// An element's name, or `enterprise/number` where it is not known.
    static func name(of layout: RecordLayout, _ index: Int) -> String {
        layout.elements[index]?.name ?? layout.fields[index].element.description
    }

    /// In the order of the first value of each; octets that only pad a record are left out.
    static func columns(of layout: RecordLayout, hasClock: Bool) -> [Self] {
        var names: [String] = []
        var places: [String: [Int]] = [:]
        for index in layout.fields.indices where layout.fields[index].element != paddingOctets {
            let name = name(of: layout, index)
            if places[name] == nil { names.append(name) }
            places[name, default: []].append(index)
        }
        let plain = names.map { Self(name: $0, places: places[$0] ?? [], isMadeAbsolute: false) }
        return hasClock ? plain + absoluteTimes(names, places) : plain
    }

    /// NetFlow v9, and some exporters of IPFIX, tell times in milliseconds since the exporter's start. A record that has no absolute time
    /// gets one under the name that IPFIX has for it.
    private static func absoluteTimes(_ names: [String], _ places: [String: [Int]]) -> [Self] {
        ["Start", "End"].compactMap { which in
            let isAbsolute = names.contains {
                $0.hasPrefix("flow\(which)") && absoluteUnits.contains(String($0.dropFirst(4 + which.count)))
            }
            guard !isAbsolute, let uptime = places["flow\(which)SysUpTime"] else { return nil }
            return Self(name: "flow\(which)Milliseconds", places: uptime, isMadeAbsolute: true)
        }
    }

    private static let absoluteUnits: Set<String> = ["Seconds", "Milliseconds", "Microseconds", "Nanoseconds"]
    private static let paddingOctets = InformationElement.ID(enterprise: .iana, number: 210)
}
