// SPDX-License-Identifier: Apache-2.0

import Daemon
import Metering
import OpenVSwitch

/// Which flows of the bridge count for policy rules.
struct PolicyFlowSettings {
    private var layout: PolicyFlows.Layout?
    private var tables: [(table: UInt8, direction: PolicyRule.Direction?)]
    private var cookie: (value: UInt64, mask: UInt64)?

    init(_ options: ExporterOptions, _ reader: inout SettingReader) {
        let layoutName = reader.text(options.policyLayout, "policy-layout")
        layout = reader.parsed(layoutName, "policy-layout", "write antrea or cookie") { PolicyFlows.Layout(rawValue: $0) }
        tables = reader.values(
            options.policyTable, "policy-table", "write a table from 0 to 254, and where it is known =ingress or =egress", Self.table)
        let cookieText = reader.text(options.policyCookie, "policy-cookie")
        cookie = reader.parsed(cookieText, "policy-cookie", "write VALUE or VALUE/MASK, such as 0x20000000000/0xff0000000000", Self.cookie)
        if layout == .cookie, tables.isEmpty {
            reader.reject("policy-layout", "cookie needs the tables whose flows are rules", remedy: "add --policy-table TABLE=ingress")
        }
    }

    var policyFlows: PolicyFlows {
        var flows = PolicyFlows(layout: layout ?? .antrea)
        if flows.layout == .cookie { (flows.cookie, flows.cookieMask) = (0, 0) }
        if let cookie { (flows.cookie, flows.cookieMask) = cookie }
        if !tables.isEmpty {
            flows.tables = tables.map(\.table)
            flows.directions = Dictionary(
                tables.compactMap { table, direction in direction.map { (table, $0) } }, uniquingKeysWith: { first, _ in first })
        }
        return flows
    }

    private static func table(_ text: String) -> (table: UInt8, direction: PolicyRule.Direction?)? {
        let parts = text.split(separator: "=", omittingEmptySubsequences: false)
        guard let table = UInt8(parts[0]), table < 255, parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (table, nil) }
        return PolicyRule.Direction(rawValue: String(parts[1])).map { (table, $0) }
    }

    private static func cookie(_ text: String) -> (value: UInt64, mask: UInt64)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { number($0) }
        guard let value = parts[0], parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (value, .max) }
        return parts[1].map { (value, $0) }
    }

    private static func number(_ text: Substring) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}
