// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// One JSON object a line, without members that are unknown.
struct NDJSONFlowWriter: FlowFileWriter {
    private var columns: [String] = []

    mutating func begin(_ columns: [String]) -> [UInt8] {
        self.columns = columns
        return []
    }

    func write(_ row: ArraySlice<ResultValue>) -> [UInt8]? {
        var text = JSONText()
        let known = zip(columns, row).filter { $0.1 != .null }
        text.write(known.map(\.0), known.map(\.1))
        text.raw("\n")
        return text.octets
    }

    func finish() -> [UInt8] { [] }
}

/// RFC 4180 with a header of all fields.
struct CSVFlowWriter: FlowFileWriter {
    func begin(_ columns: [String]) -> [UInt8] { CSVText(ResultTable(columns: columns)).octets }

    func write(_ row: ArraySlice<ResultValue>) -> [UInt8]? {
        var text = CSVText()
        text.write(values: row)
        return text.octets
    }

    func finish() -> [UInt8] { [] }
}
