// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import FuzzTargets
import Glibc
import Testing

/// Octets that a fuzzer once found a fault with, run again by the ordinary tests. `ci/fuzz` puts them in Tests/Fixtures/fuzzed.
@Suite struct FuzzedInputTests {
    @Test("what a fuzzer once found is handled", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        for name in files(of: target) {
            // On standard error, so that the last line before a trap names the octets.
            let line = Array("fuzzed/\(target.rawValue)/\(name)\n".utf8)
            _ = unsafe write(STDERR_FILENO, line, line.count)
            target.run(try Fixture.octets("fuzzed/\(target.rawValue)/\(name)"))
        }
    }

    @Test("nothing and octets of one kind are handled", arguments: FuzzTarget.allCases)
    func uniform(target: FuzzTarget) {
        for octet in [0x00, 0x0A, 0x20, 0x5B, 0x7B, 0x7F, 0x80, 0xFF] as [UInt8] {
            for count in [0, 1, 15, 16, 17, 4096] { target.run(Array(repeating: octet, count: count)) }
        }
    }

    private func files(of target: FuzzTarget) -> [String] {
        guard let directory = unsafe opendir(Fixture.path("fuzzed/\(target.rawValue)")) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix("."), name != "README.md" { names.append(name) }
        }
        return names.sorted()
    }
}
