// SPDX-License-Identifier: Apache-2.0

internal import GRDBSQLite

/// `top(key, value, k)`: the `k` keys with the largest sums of `value`, as a JSON array of `[key, sum]`, largest first.
///
/// It keeps its sums in a hash table, where GROUP BY sorts all rows first. NULL values add nothing; NULL is a key like others. Sums of
/// integers saturate. Unsafe calls are right because SQLite gives each aggregation memory of its own, zeroed, in which the one reference to
/// the sums is kept from the first step to the end, which SQLite calls always; octets of values are read with the length that SQLite gives, and
/// what is kept of them is copied before the call returns.
enum TopFunction {
    static let name = "top"
    static let maximumKeys = 1_000_000
    /// Of all keys together.
    static let maximumKeyOctets = 256 << 20
    static let maximumRows: Int64 = 10_000

    static func install(on connection: Connection) {
        unsafe sqlite3_create_function_v2(
            connection.handle, name, 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil, nil,
            { context, _, arguments in
                guard let sums = unsafe TopFunction.sums(of: context, isFirst: true), let arguments = unsafe arguments else { return }
                unsafe TopFunction.add(arguments[0], arguments[1], limit: arguments[2], to: sums)
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

    private static func add(_ key: OpaquePointer?, _ value: OpaquePointer?, limit: OpaquePointer?, to sums: TopSums) {
        sums.limit = unsafe sqlite3_value_type(limit) == SQLITE_INTEGER ? unsafe sqlite3_value_int64(limit) : nil
        switch unsafe sqlite3_value_type(value) {
        case SQLITE_INTEGER: unsafe sums.add(sqlite3_value_int64(value), to: number(of: key, in: &sums.keys))
        case SQLITE_FLOAT: unsafe sums.add(sqlite3_value_double(value), to: number(of: key, in: &sums.keys))
        case SQLITE_NULL: break
        default: sums.refuse("value is not a number")
        }
    }

    private static func number(of key: OpaquePointer?, in keys: inout TopKeys) -> Int {
        switch unsafe sqlite3_value_type(key) {
        case SQLITE_INTEGER: return keys.number(of: .integer, unsafe sqlite3_value_int64(key))
        case SQLITE_FLOAT: return keys.number(of: .real, Int64(bitPattern: unsafe sqlite3_value_double(key).bitPattern))
        case SQLITE_TEXT:
            let text = unsafe sqlite3_value_text(key)
            return unsafe keys.number(
                of: .text, UnsafeRawBufferPointer(start: text, count: text == nil ? 0 : Int(sqlite3_value_bytes(key))))
        case SQLITE_BLOB:
            let blob = unsafe sqlite3_value_blob(key)
            return unsafe keys.number(
                of: .blob, UnsafeRawBufferPointer(start: blob, count: blob == nil ? 0 : Int(sqlite3_value_bytes(key))))
        default: return keys.number(of: .null, 0)
        }
    }
}

/// The sums of one call of ``TopFunction``.
final class TopSums {
    struct Problem: Error { let message: String }

    private struct Sum {
        var integer: Int64 = 0
        var real: Double?

        /// Of both.
        var approximate: Double { Double(integer) + (real ?? 0) }
    }

    var keys = TopKeys()
    /// How many keys are named; nil for what is no number.
    var limit: Int64?
    /// By the numbers of keys.
    private var sums: [Sum] = []
    private var hasReals = false
    private var problem: Problem?

    func add(_ value: Int64, to key: Int) {
        guard makeRoom(for: key) else { return }
        let (sum, overflow) = sums[key].integer.addingReportingOverflow(value)
        sums[key].integer = overflow ? (value > 0 ? .max : .min) : sum
    }

    func add(_ value: Double, to key: Int) {
        guard makeRoom(for: key) else { return }
        hasReals = true
        sums[key].real = (sums[key].real ?? 0) + value
    }

    func refuse(_ reason: String) { problem = problem ?? Problem(message: "top(key, value, k): \(reason)") }

    private func makeRoom(for key: Int) -> Bool {
        if key == sums.count { sums.append(Sum()) }
        if keys.count > TopFunction.maximumKeys || keys.octetCount > TopFunction.maximumKeyOctets {
            refuse("too many different keys")
            keys = TopKeys()
            sums = []
            return false
        }
        return problem == nil
    }

    var result: Result<String, Problem> {
        if let problem { return .failure(problem) }
        guard let limit, (1...TopFunction.maximumRows).contains(limit) else {
            return .failure(Problem(message: "top(key, value, k): k is not a number from 1 to \(TopFunction.maximumRows)"))
        }
        var largest = Largest(Int(limit))
        for key in sums.indices { largest.add(key, by: precedes) }
        let rows = largest.sorted(by: precedes).map { key in
            "[\(Self.json(keys[key])),\(hasReals ? Self.json(.real(sums[key].approximate)) : "\(sums[key].integer)")]"
        }
        return .success("[" + rows.joined(separator: ",") + "]")
    }

    /// Larger sums first; equal ones in the order of their keys' texts.
    private func precedes(_ a: Int, _ b: Int) -> Bool {
        if hasReals, sums[a].approximate != sums[b].approximate { return sums[a].approximate > sums[b].approximate }
        if !hasReals, sums[a].integer != sums[b].integer { return sums[a].integer > sums[b].integer }
        return Self.json(keys[a]) < Self.json(keys[b])
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
