// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file of Tests/Fixtures/kernel.
enum Fixture {
    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "the fixture \(path) cannot be read" }
    }

    static func octets(_ name: String) throws -> [UInt8] {
        let path = "\(directory)/\(name)"
        // Safe in this function: each buffer goes with its own length, each path ends with a zero, for the time of the call.
        let descriptor = unsafe open(path, O_RDONLY)
        guard descriptor >= 0 else { throw Missing(path: path) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let length = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard length >= 0 else { throw Missing(path: path) }
            if length == 0 { return octets }
            octets += buffer[..<length]
        }
    }

    static func lines(_ name: String) throws -> [String] {
        String(decoding: try octets(name), as: UTF8.self).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    private static var directory: String {
        let components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return components.dropLast(3).joined(separator: "/") + "/Fixtures/kernel"
    }
}
