// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// The IPFIX stream of a bridge, as OVSDB's tables Bridge and IPFIX configure it (ovs-vswitchd.conf.db(5)).
///
/// What is configured here carries a mark in `external_ids`, so that it can be told from an operator's and undone: at the end, or at
/// the next start when there was none. An operator's own configuration is never changed. The IPFIX row goes with the last reference.
public struct BridgeIPFIX: Sendable {
    /// Where a bridge sends its stream, and how.
    public struct Configuration: Sendable, Hashable {
        /// `ADDRESS:PORT`.
        public var targets: [String]
        /// One packet in so many is sampled; 1 is all.
        public var sampling: Int
        /// Nil is 0, which the bridge then sends.
        public var observationDomainID: UInt32?
        /// Whether it was made here.
        public var isOurs: Bool

        /// Counters are exact only when every packet is sampled. Others are not scaled up: an estimate for one connection is noise.
        public var isExact: Bool { sampling == 1 }
    }

    public static let mark = "weir-exporter"
    /// Flows kept in the bridge's cache between two exports; at the limit some are sent early, none is lost. Without a cache every
    /// packet makes a record.
    public static let cacheMaximumFlows = 8192

    private let bridge: String
    private let transactor: OVSDBTransactor

    /// - Parameters:
    ///   - databaseSocket: such as `/var/run/openvswitch/db.sock`.
    ///   - timeout: for a whole transaction.
    public init(bridge: String, databaseSocket: String, timeout: Duration = .seconds(10)) {
        self.bridge = bridge
        transactor = OVSDBTransactor(socketPath: databaseSocket, timeout: timeout)
    }

    /// What is configured at present; nil when the bridge sends no stream.
    public func configuration() throws(OpenVSwitchError) -> Configuration? {
        guard let row = try reference() else { return nil }
        return try configuration(of: row)
    }

    /// Makes the bridge send every packet it receives, counted, to `target` at least every `interval`.
    ///
    /// Replaces what an earlier run has left behind.
    ///
    /// - Throws: `.refused` when the bridge sends a stream already that was not configured here.
    public func configure(target: String, observationDomainID: UInt32, interval: Duration) throws(OpenVSwitchError) {
        let before = try reference()
        if let before, try configuration(of: before)?.isOurs != true {
            throw .refused(
                peer: transactor.socketPath, request: "IPFIX of \(bridge)",
                message: "the bridge sends IPFIX already, and not by this program's doing; take its stream with --source ovs-ipfix "
                    + "without --ovs-ipfix-configure, or clear it with ovs-vsctl clear bridge \(bridge) ipfix")
        }
        let seconds = max(1, min(4200, interval.components.seconds))
        let row: [String: JSONValue] = [
            "targets": .string(target), "sampling": .number("1"), "obs_domain_id": .number("\(observationDomainID)"),
            "cache_active_timeout": .number("\(seconds)"), "cache_max_flows": .number("\(Self.cacheMaximumFlows)"),
            // What leaves has been counted when it came, so the bridge need not tell it again. "true" is meant: Open vSwitch reads this
            // setting the wrong way round (vswitchd/bridge.c up to 3.1 at least), and where it does not, true is the default.
            "other_config": Self.map(["enable-output-sampling": "true"]), "external_ids": Self.map([Self.mark: target]),
        ]
        let insert: [String: JSONValue] = [
            "op": .string("insert"), "table": .string("IPFIX"), "row": .object(row), "uuid-name": .string("ipfix"),
        ]
        try replace(before, by: .array([.string("named-uuid"), .string("ipfix")]), after: [.object(insert)])
    }

    /// Takes back what `configure` did, in this run or an earlier one; does nothing where that is not what the bridge has.
    ///
    /// - Returns: whether there was something to take back.
    @discardableResult
    public func undo() throws(OpenVSwitchError) -> Bool {
        guard let before = try reference(), try configuration(of: before)?.isOurs == true else { return false }
        try replace(before, by: Self.emptySet, after: [])
        return true
    }

    /// Changes the bridge's reference if it is still what it was.
    private func replace(_ before: JSONValue?, by reference: JSONValue, after operations: [JSONValue]) throws(OpenVSwitchError) {
        let wait: [String: JSONValue] = [
            "op": .string("wait"), "timeout": .number("0"), "table": .string("Bridge"), "where": whereBridge,
            "columns": .array([.string("ipfix")]), "until": .string("=="),
            "rows": .array([.object(["ipfix": before ?? Self.emptySet])]),
        ]
        let update: [String: JSONValue] = [
            "op": .string("update"), "table": .string("Bridge"), "where": whereBridge, "row": .object(["ipfix": reference]),
        ]
        _ = try transactor.transact([.object(wait)] + operations + [.object(update)])
    }

    /// `["uuid", …]` of the row that the bridge refers to.
    private func reference() throws(OpenVSwitchError) -> JSONValue? {
        let rows = try select("Bridge", whereBridge, ["ipfix"])
        guard let row = rows.first else {
            throw .refused(
                peer: transactor.socketPath, request: "IPFIX of \(bridge)", message: "there is no bridge of that name; see --bridge")
        }
        guard let ipfix = row["ipfix"], ipfix.array?.first == .string("uuid") else { return nil }
        return ipfix
    }

    private func configuration(of reference: JSONValue) throws(OpenVSwitchError) -> Configuration? {
        let columns = ["targets", "sampling", "obs_domain_id", "external_ids"]
        let condition = JSONValue.array([.array([.string("_uuid"), .string("=="), reference])])
        guard let row = try select("IPFIX", condition, columns).first else { return nil }
        let domain: Int? = Self.integer(row["obs_domain_id"])
        // An empty set is the default, which is 400 (ovs-vswitchd.conf.db(5)).
        return Configuration(
            targets: Self.strings(row["targets"]), sampling: Self.integer(row["sampling"]) ?? 400,
            observationDomainID: domain.flatMap { UInt32(exactly: $0) }, isOurs: Self.keys(row["external_ids"]).contains(Self.mark))
    }

    private func select(_ table: String, _ condition: JSONValue, _ columns: [String]) throws(OpenVSwitchError) -> [JSONValue] {
        let operation: [String: JSONValue] = [
            "op": .string("select"), "table": .string(table), "where": condition, "columns": .array(columns.map(JSONValue.string)),
        ]
        return try transactor.transact([.object(operation)]).first?["rows"]?.array ?? []
    }

    private var whereBridge: JSONValue { .array([.array([.string("name"), .string("=="), .string(bridge)])]) }
}

/// Values as OVSDB writes them (RFC 7047 §5.1).
extension BridgeIPFIX {
    private static let emptySet = JSONValue.array([.string("set"), .array([])])

    private static func map(_ pairs: [String: String]) -> JSONValue {
        .array([.string("map"), .array(pairs.sorted { $0.key < $1.key }.map { .array([.string($0.key), .string($0.value)]) })])
    }

    private static func keys(_ map: JSONValue?) -> [String] {
        (map?.array?.last?.array ?? []).compactMap { $0.array?.first?.string }
    }

    /// A set of one is written as the value itself.
    private static func strings(_ value: JSONValue?) -> [String] {
        if let single = value?.string { return [single] }
        return (value?.array?.last?.array ?? []).compactMap(\.string)
    }

    private static func integer(_ value: JSONValue?) -> Int? {
        if case .number(let text)? = value { Int(text) } else { nil }
    }
}
