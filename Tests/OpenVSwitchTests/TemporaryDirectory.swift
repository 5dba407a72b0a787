// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A directory that is removed with everything in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let path = "/tmp/ovs-\(UInt32.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        self.path = path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }
}
