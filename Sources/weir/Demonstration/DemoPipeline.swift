// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Runs the real programs on recordings: one aggregator, an exporter for each node.
struct DemoPipeline {
    struct Failure: Error, CustomStringConvertible {
        let what: String
        let log: String

        var description: String { "\(what); the log says:\n\(log)" }
    }

    let files: DemoFiles

    func run() throws {
        let aggregator = try ChildProcess(
            files.aggregator,
            [
                "--store", files.store, "--objects", "\(files.recordings)/objects.json", "--listen", "tcp://127.0.0.1:0",
                "--insecure",
            ],
            log: "\(files.folder)/aggregator.log")
        defer { aggregator.send(SIGKILL) }
        guard let line = aggregator.line(containing: " collecting ", within: .seconds(10)), let endpoint = endpoint(in: line) else {
            throw Failure(what: "the aggregator did not start", log: aggregator.logText)
        }
        let exporters = try DemoFiles.nodes.map { try exporter(of: $0, to: endpoint) }
        defer { for exporter in exporters { exporter.send(SIGKILL) } }
        for exporter in exporters { try expectSuccess(of: exporter, within: .seconds(10)) }
        aggregator.send(SIGTERM)
        try expectSuccess(of: aggregator, within: .seconds(6))
    }

    private func exporter(of node: String, to endpoint: String) throws(ChildProcess.Failure) -> ChildProcess {
        try ChildProcess(
            files.exporter,
            [
                "--source", "replay:\(files.recordings)/\(node)", "--node-name", node, "--rules", "\(files.recordings)/rules.yaml",
                "--collector", endpoint, "--insecure",
            ],
            log: "\(files.folder)/\(node).log")
    }

    private func expectSuccess(of child: ChildProcess, within limit: Duration) throws(Failure) {
        guard let status = child.wait(atMost: limit) else { throw Failure(what: "\(child.path) does not end", log: child.logText) }
        guard status == 0 else { throw Failure(what: "\(child.path) failed with \(status)", log: child.logText) }
    }

    /// The port that the system chose, as the log names it.
    private func endpoint(in line: String) -> String? {
        line.split { " =\"".contains($0) }.first { $0.hasPrefix("tcp://") }.map(String.init)
    }
}
