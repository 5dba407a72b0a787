// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Files under Tests/Fixtures.
enum Fixture {
    static func octets(_ path: String) throws -> [UInt8] {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return [UInt8](try Data(contentsOf: tests.appendingPathComponent("Fixtures/\(path)")))
    }

    static func text(_ path: String) throws -> String {
        String(decoding: try octets(path), as: UTF8.self)
    }

    static let dumps = ["node1", "node2"].flatMap { node in
        ["", "-m-s", "-m-s-zone65510", "-m-s-zone65520"].map { "ovs/\(node).dump-conntrack\($0).txt" }
    }
}
