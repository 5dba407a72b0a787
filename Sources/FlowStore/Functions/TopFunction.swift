// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// `top(key, value, k)`: the `k` keys with the largest sums of `value`, as a JSON array of `[key, sum]`, largest first.
///
/// It keeps its sums in a hash table, where GROUP BY sorts all rows first. NULL values add nothing; NULL is a key like others. Sums of
/// integers saturate. Unsafe calls are right because SQLite gives each aggregation memory of its own, zeroed, in which the one reference to
/// the sums is kept from the first step to the end, which SQLite calls always; values are copied before the call returns.
enum TopFunction {
    static let name = "top"
    static let maximumKeys = 1_000_000
    static let maximumRows: Int64 = 10_000

    static func install(on connection: Connection) {
        unsafe sqlite3_create_function_v2(
            connection.handle, name, 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil, nil,
            { context, _, arguments in
                guard let sums = unsafe TopFunction.sums(of: context, isFirst: true), let arguments = unsafe arguments else { return }
                unsafe sums.add(TopFunction.value(arguments[0]), TopFunction.value(arguments[1]), limit: TopFunction.value(arguments[2]))
            },
            { context in
                let sums = unsafe TopFunction.sums(of: context, isFirst: false)
                switch sums?.result ?? .success("[]") {
                case .success(let text): unsafe sqlite3_result_text(context, text, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
                case .failure(let problem): unsafe sqlite3_result_error(context, problem.message, -1)
                }
                unsafe TopFunction.release(context)
            }, nil)
    }

    private static func sums(of context: OpaquePointer?, isFirst: Bool) -> TopSums? {
        guard
            let memory = unsafe sqlite3_aggregate_context(context, isFirst ? Int32(MemoryLayout<UnsafeRawPointer?>.size) : 0)?
                .assumingMemoryBound(to: UnsafeRawPointer?.self)
        else { return nil }
        if let known = unsafe memory.pointee { return unsafe Unmanaged<TopSums>.fromOpaque(known).takeUnretainedValue() }
        let sums = TopSums()
        unsafe memory.pointee = UnsafeRawPointer(Unmanaged.passRetained(sums).toOpaque())
        return sums
    }

    private static func release(_ context: OpaquePointer?) {
        guard let memory = unsafe sqlite3_aggregate_context(context, 0)?.assumingMemoryBound(to: UnsafeRawPointer?.self),
            let known = unsafe memory.pointee
        else { return }
        unsafe Unmanaged<TopSums>.fromOpaque(known).release()
        unsafe memory.pointee = nil
    }

    private static func value(_ value: OpaquePointer?) -> ResultValue {
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: return .integer(unsafe sqlite3_value_int64(value))
        case SQLITE_FLOAT: return .real(unsafe sqlite3_value_double(value))
        case SQLITE_TEXT:
            guard let text = unsafe sqlite3_value_text(value) else { return .text("") }
            return unsafe .text(
                String(decoding: UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value))), as: UTF8.self))
        case SQLITE_BLOB:
            guard let octets = unsafe sqlite3_value_blob(value) else { return .blob([]) }
            return unsafe .blob(Array(UnsafeRawBufferPointer(start: octets, count: Int(sqlite3_value_bytes(value)))))
        default: return .null
        }
    }
}

/// The sums of one call of ``TopFunction``.
final class TopSums {
    struct Problem: Error { let message: String }

    private var integers: [ResultValue: Int64] = [:]
    private var reals: [ResultValue: Double] = [:]
    private var limit: ResultValue = .null
    private var problem: Problem?

    func add(_ key: ResultValue, _ value: ResultValue, limit: ResultValue) {
        guard problem == nil else { return }
        self.limit = limit
        switch value {
        case .integer(let number):
            let (sum, overflow) = integers[key, default: 0].addingReportingOverflow(number)
            integers[key] = overflow ? (number > 0 ? .max : .min) : sum
        case .real(let number): reals[key, default: 0] += number
        case .null: break
        case .text, .blob: problem = Problem(message: "top(key, value, k): value is not a number")
        }
        if integers.count + reals.count > TopFunction.maximumKeys {
            problem = Problem(message: "top(key, value, k): too many different keys")
        }
    }

    var result: Result<String, Problem> {
        if let problem { return .failure(problem) }
        guard case .integer(let count) = limit, (1...TopFunction.maximumRows).contains(count) else {
            return .failure(Problem(message: "top(key, value, k): k is not a number from 1 to \(TopFunction.maximumRows)"))
        }
        let rows: [(key: String, sum: Double, text: String)] =
            if reals.isEmpty {
                integers.map { (Self.json($0.key), Double($0.value), "\($0.value)") }
            } else {
                reals.merging(integers.mapValues(Double.init)) { $0 + $1 }.map { (Self.json($0.key), $0.value, Self.json(.real($0.value))) }
            }
        let ranked = rows.sorted { $0.sum == $1.sum ? $0.key < $1.key : $0.sum > $1.sum }.prefix(Int(count))
        return .success("[" + ranked.map { "[\($0.key),\($0.text)]" }.joined(separator: ",") + "]")
    }

    /// RFC 8259; a blob is text of hexadecimal digits.
    private static func json(_ value: ResultValue) -> String {
        switch value {
        case .null: return "null"
        case .integer(let number): return "\(number)"
        case .real(let number): return number.isFinite ? "\(number)" : "null"
        case .blob(let octets):
            return "\"" + octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
        case .text(let text):
            var result = "\""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": result += "\\\""
                case "\\": result += "\\\\"
                case "\u{0}"..<" ": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result + "\""
        }
    }
}
