// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file of Tests/Fixtures.
public enum Fixture {
    public struct Missing: Error, CustomStringConvertible {
        let path: String
        public var description: String { "the fixture \(path) cannot be read" }
    }

    /// The whole path of a fixture named relative to Tests/Fixtures, as `ipfix/gen-antrea.ipfix`.
    public static func path(_ name: String) -> String {
        let components = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return components.dropLast(2).joined(separator: "/") + "/Fixtures/" + name
    }

    public static func octets(_ name: String) throws -> [UInt8] {
        // Safe in this function: the path ends with a zero and the buffer goes with its own length, each for the time of the call.
        let descriptor = unsafe open(path(name), O_RDONLY)
        guard descriptor >= 0 else { throw Missing(path: path(name)) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let length = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            guard length >= 0 else { throw Missing(path: path(name)) }
            if length == 0 { return octets }
            octets += buffer[..<length]
        }
    }

    public static func text(_ name: String) throws -> String { String(decoding: try octets(name), as: UTF8.self) }
}
