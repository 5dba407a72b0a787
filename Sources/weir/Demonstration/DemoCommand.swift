// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import Glibc

/// `weir demo`: the whole pipeline on recorded traffic, and a short tour of what it stored.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run the whole pipeline on recorded traffic of two nodes, and look around.",
        discussion: """
            Starts weir-aggregator on a new SQLite file and two weir-exporters that replay
            what the nodes of a real Open vSwitch lab observed, over TCP on loopback; then
            asks the first questions. Needs neither root nor Open vSwitch.

            Examples:
              weir demo
              weir demo --keep demonstration
            """)

    @Option(help: ArgumentHelp("Leave the store in this folder, as flows.db.", valueName: "DIR"))
    var keep: String?

    func run() throws {
        do {
            let files = try DemoFiles(keep: keep)
            try DemoPipeline(files: files).run()
            DemoTour(files: files).walk()
        } catch let error as DemoPipeline.Failure {
            Output.errorLine("weir: \(error)")
            throw ExitCode(1)
        } catch {
            Output.errorLine("weir: \(error)")
            throw ExitCode(2)
        }
    }
}
