// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

@Suite struct MediatorFileTests {
    @Test("a file as Antrea sends it, read twice: every connection once, with its totals and its Service")
    func antrea() throws {
        let run = Run()
        var reader = SessionReader(exporter: "udp://192.0.2.1")
        let exportTime = Timestamp(seconds: 1_795_461_496)
        let messages = try MessageStream.messages(ofFile: "ipfix/gen-antrea.ipfix")
        var received: [FlowRecord] = []
        for message in messages + messages {
            let error = reader.read(message, at: exportTime, names: &run.names) { flow, _ in
                received.append(flow)
                return .merged
            }
            #expect(error == nil)
        }
        for flow in received { _ = run.mediator.receive(flow, at: exportTime) }
        var intervals: [FlowInterval] = []
        run.mediator.expire(at: exportTime + .seconds(1), into: &intervals)

        #expect(intervals.count == 102 && run.mediator.statistics.connections == 102)
        #expect(intervals.reduce(0) { $0 + ($1.record[unsigned: .octetDeltaCount] ?? 0) } == 391_685_000)
        #expect(intervals.reduce(0) { $0 + ($1.record[unsigned: .reverseOctetDeltaCount] ?? 0) } == 705_033_000)
        for interval in intervals {
            #expect(interval.record[unsigned: .observation] == 1 && interval.record[unsigned: .flowType] == 2)
            #expect(interval.record[address: .destinationServiceIP]?.description == "10.96.0.10")
        }
    }
}
