// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Where the demonstration finds the other programs and the recordings, and where it works.
struct DemoFiles {
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    let aggregator: String
    let exporter: String
    let weir: String
    /// Holds `objects.json`, `rules.yaml` and a folder for each node.
    let recordings: String
    let store: String
    let folder: String

    static let nodes = ["node1", "node2"]

    /// - Parameter keep: the folder for the store; nil for a new temporary one.
    init(keep: String?) throws(Missing) {
        let programs = try Self.folderOfThisProgram()
        weir = "\(programs)/weir"
        aggregator = try Self.program("weir-aggregator", in: programs)
        exporter = try Self.program("weir-exporter", in: programs)
        recordings = try Self.recordings(near: programs)
        if let keep { folder = try Self.made(keep) } else { folder = try Self.temporaryFolder() }
        store = "\(folder)/flows.db"
        if unsafe access(store, F_OK) == 0 {
            throw Missing(description: "\(store) is there already; remove it or keep the demonstration elsewhere")
        }
    }

    private static func folderOfThisProgram() throws(Missing) -> String {
        var target = [UInt8](repeating: 0, count: 4096)
        let length = unsafe target.withUnsafeMutableBytes { buffer in
            unsafe readlink("/proc/self/exe", buffer.bindMemory(to: CChar.self).baseAddress!, buffer.count)
        }
        guard length > 0, let slash = target[..<length].lastIndex(of: UInt8(ascii: "/")) else {
            throw Missing(description: "cannot tell where this program is: /proc is not mounted")
        }
        return String(decoding: target[..<slash], as: UTF8.self)
    }

    private static func program(_ name: String, in folder: String) throws(Missing) -> String {
        let path = "\(folder)/\(name)"
        guard unsafe access(path, X_OK) == 0 else {
            throw Missing(description: "\(path) is missing; build it with: swift build -c release --product \(name)")
        }
        return path
    }

    /// Beside the program after a build, or where a package installs them.
    private static func recordings(near programs: String) throws(Missing) -> String {
        let places = ["\(programs)/weir_weir.resources/Demo", "\(programs)/../share/weir/Demo"]
        guard let found = places.first(where: { unsafe access("\($0)/objects.json", R_OK) == 0 }) else {
            throw Missing(description: "the demonstration's recordings are missing; looked in \(places.joined(separator: " and "))")
        }
        return found
    }

    private static func made(_ path: String) throws(Missing) -> String {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Missing(description: "cannot make \(path): \(unsafe String(cString: strerror(errno)))")
        }
        return path
    }

    private static func temporaryFolder() throws(Missing) -> String {
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/weir-demo-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw Missing(description: "cannot make a folder in \(parent): \(unsafe String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
