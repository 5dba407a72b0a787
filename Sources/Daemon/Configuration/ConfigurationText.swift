// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads a configuration file whole.
public enum ConfigurationText {
    /// A configuration is some kilobytes; a file larger than this is another file.
    static let limit = 1 << 20

    public static func read(_ path: String) throws(ConfigurationProblems) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= limit {
            // The kernel writes at most as many octets as the array has.
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            guard count > 0 else { return try text(octets, of: path) }
            octets += chunk[..<count]
        }
        throw problem(path, "larger than \(limit) octets", remedy: "name the configuration file")
    }

    private static func text(_ octets: [UInt8], of path: String) throws(ConfigurationProblems) -> String {
        guard let text = String(validating: octets, as: UTF8.self) else {
            throw problem(path, "not UTF-8 text", remedy: "save it as UTF-8")
        }
        return text
    }

    private static func unreadable(_ path: String, _ code: Int32) -> ConfigurationProblems {
        // strerror never returns NULL, and the text stays valid until this thread asks again.
        problem(path, "cannot be read: \(unsafe String(cString: strerror(code)))", remedy: "check the path and its permissions")
    }

    private static func problem(_ path: String, _ what: String, remedy: String) -> ConfigurationProblems {
        ConfigurationProblems([ConfigurationProblem(file: path, problem: what, remedy: remedy)])
    }
}
