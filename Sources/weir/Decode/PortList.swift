// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser

/// Reads `--port 2055,9995`.
enum PortList {
    /// Empty when the option is not given.
    static func ports(_ text: String?) throws -> Set<UInt16> {
        guard let text else { return [] }
        let ports = text.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) ?? 0 }
        guard !ports.contains(0) else { throw ValidationError("--port \(text) is not a list of ports, such as 4739 or 2055,9995.") }
        return Set(ports)
    }
}
