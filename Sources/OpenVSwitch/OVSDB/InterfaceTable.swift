// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON
public import Metering

/// The rows of OVSDB's Interface table as a monitor (RFC 7047 §4.1.5, §4.1.6) tells them, and the pods they name.
///
/// Pure: messages in, pods out. Ports without a pod are kept too, for a pod's identity may be written to them later.
public struct InterfaceTable: Sendable, Hashable {
    /// Rows beyond this many are counted in `ignoredRows`; a node has some hundred ports.
    public static let capacity = 65_536

    private var rows: [String: Row] = [:]
    public private(set) var ignoredRows = 0

    private struct Row: Sendable, Hashable {
        var name: String
        var externalIDs: [String: String]
        var ofport: UInt32?
    }

    public init() {}

    /// Takes in the answer to `monitor` or an `update` notification, as it came.
    ///
    /// - Returns: whether the message was one of the two; others change nothing.
    /// - Throws: `.malformed` when it does not follow RFC 7047; the table then holds what it held.
    @discardableResult
    public mutating func apply(message octets: [UInt8]) throws(OpenVSwitchError) -> Bool {
        let message: JSONValue
        do throws(JSONParser.Malformed) {
            message = try JSONParser.parse(octets)
        } catch {
            throw .malformed(peer: "OVSDB", reason: "\(error.reason) at octet \(error.offset)")
        }
        guard let updates = Self.tableUpdates(in: message) else { return false }
        try apply(updates)
        return true
    }

    /// The pods by the names of their interfaces, sorted by interface.
    public var pods: [LocalPod] {
        rows.values.compactMap { InterfaceOwner(externalIDs: $0.externalIDs)?.pod(interface: $0.name) }
            .sorted { ($0.interface, $0.namespace, $0.name) < ($1.interface, $1.namespace, $1.name) }
    }

    /// OpenFlow port numbers of the interfaces that have one.
    public var ports: [String: UInt32] {
        Dictionary(rows.values.compactMap { row in row.ofport.map { (row.name, $0) } }, uniquingKeysWith: { first, _ in first })
    }

    /// The interfaces that have a port number, with their pods, sorted by interface.
    public var switchPorts: [SwitchPort] {
        rows.values.compactMap { row in
            row.ofport.map { number in
                SwitchPort(
                    number: number, interface: row.name, pod: InterfaceOwner(externalIDs: row.externalIDs)?.pod(interface: row.name))
            }
        }.sorted { ($0.interface, $0.number) < ($1.interface, $1.number) }
    }

    /// `{TABLE: {UUID: {"old": …, "new": …}}}`; a row without "new" has been deleted (RFC 7047 §4.1.6).
    mutating func apply(_ tableUpdates: JSONValue) throws(OpenVSwitchError) {
        guard let tables = tableUpdates.object else { throw malformed("table updates are no object") }
        guard let interfaces = tables["Interface"] else { return }
        guard let updates = interfaces.object else { throw malformed("row updates are no object") }
        var changed = self
        for (uuid, update) in updates {
            guard update.object != nil else { throw malformed("a row update is no object") }
            guard let new = update["new"], new != .null else {
                changed.rows[uuid] = nil
                continue
            }
            if changed.rows[uuid] == nil, changed.rows.count >= Self.capacity {
                changed.ignoredRows += 1
                continue
            }
            changed.rows[uuid] = try row(new)
        }
        self = changed
    }

    static func tableUpdates(in message: JSONValue) -> JSONValue? {
        if message["method"]?.string == "update" {
            guard let parameters = message["params"]?.array, parameters.count == 2 else { return nil }
            return parameters[1]
        }
        guard message["method"] == nil, JSONValue.isNull(message["error"]), let result = message["result"], result.object != nil else {
            return nil
        }
        return result
    }

    private func row(_ columns: JSONValue) throws(OpenVSwitchError) -> Row {
        guard let name = columns["name"]?.string else { throw malformed("an interface has no name") }
        // An integer, or an empty set while the port has no number.
        let ofport: UInt32? = if case .number(let text)? = columns["ofport"] { UInt32(text) } else { nil }
        return Row(name: name, externalIDs: try map(columns["external_ids"]), ofport: ofport)
    }

    /// `["map", [[KEY, VALUE], …]]` (RFC 7047 §5.1).
    private func map(_ value: JSONValue?) throws(OpenVSwitchError) -> [String: String] {
        guard let value else { return [:] }
        guard let parts = value.array, parts.count == 2, parts[0] == .string("map"), let pairs = parts[1].array else {
            throw malformed("external_ids is no map")
        }
        var result: [String: String] = [:]
        for pair in pairs {
            guard let entry = pair.array, entry.count == 2, let key = entry[0].string, let text = entry[1].string else {
                throw malformed("external_ids has a pair that is not two strings")
            }
            result[key] = text
        }
        return result
    }

    private func malformed(_ reason: String) -> OpenVSwitchError {
        .malformed(peer: "OVSDB", reason: reason)
    }
}
