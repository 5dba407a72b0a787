// SPDX-License-Identifier: Apache-2.0

internal import FlowStore

/// A part of an answer in JSON that is not a row. Members are written in their order.
enum JSONValue {
    case plain(ResultValue)
    case flag(Bool)
    case array([JSONValue])
    case members([Member])

    struct Member {
        let name: String
        let value: JSONValue
    }

    static func object(_ members: [(String, JSONValue)]) -> JSONValue { .members(members.map { Member(name: $0.0, value: $0.1) }) }

    static func text(_ text: String?) -> JSONValue { .plain(text.map(ResultValue.text) ?? .null) }

    static func number(_ number: Int) -> JSONValue { .plain(.integer(Int64(number))) }
}
