// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Daemon
import FlowModel
import IPFIX
import IPFIXTransport
import Metering
import Testing

@testable import weir_exporter

/// Recordings metered again.
@Suite struct ReplayRunTests {
    private let text: String

    init() {
        let observations = [
            Observation(time: .sample, report: .poll([.sample(1), .sample(2)], isWhole: true)),
            Observation(time: .sample + .milliseconds(40), report: .events([ConnectionEvent(.sample(3), kind: .destroyed)])),
            Observation(time: .sample + .milliseconds(80), report: .poll([.sample(1, packets: 5)], isWhole: true)),
        ]
        text = (["\(RecordingText.magic) node1"] + observations.flatMap(RecordingText.lines)).joined(separator: "\n") + "\n"
    }

    /// What a replay puts into the queue: how many records, and how many octets of them.
    private func replay(_ pace: ReplayRun.Pace, stopped: Bool = false) throws -> ExportQueueStatistics {
        let stopping = Mailbox<Void>(capacity: 1)
        if stopped { stopping.close() }
        let options = try ExporterOptions.parse(["--all-connections", "--active-timeout", "1s", "--node-name", "node1", "--insecure"])
        let queue = ExportQueue()
        var stage = MeteringStage(try ExporterConfiguration(options), to: [queue])
        let run = ReplayRun(
            recording: try Recording(text: text, path: "r"), pace: pace, clock: SteadyClock(),
            files: try FollowedFiles(rules: nil, pods: nil, services: nil), stopping: stopping)
        run.run(&stage)
        return queue.statistics
    }

    @Test("every speed makes the same records", arguments: [.unlimited, .times(1), .times(4)] as [ReplayRun.Pace])
    func speeds(pace: ReplayRun.Pace) throws {
        let statistics = try replay(pace)
        let reference = try replay(.unlimited)
        #expect(statistics.appended.records == 3)
        #expect(statistics.appended == reference.appended)
    }

    @Test("a replay that is told to stop stops")
    func stops() throws {
        #expect(try replay(.times(0.01), stopped: true).appended.records == 0)
    }

    @Test(
        "speeds are numbers in bounds, or max",
        arguments: [("max", true), ("1", true), ("0.5", true), ("0", false), ("fast", false), ("1e9", false)])
    func parses(text: String, isSpeed: Bool) {
        #expect((ReplayRun.Pace(text) != nil) == isSpeed)
    }
}
