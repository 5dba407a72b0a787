// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

/// The aggregator's clock is set while connections live; the exporters' clocks are right.
@Suite struct MediatorClockTests {
    private let begin = 10_000.0

    private func report(to run: Run, _ seconds: ClosedRange<Int>, at shift: Double) {
        for second in seconds {
            run.advance(to: begin + shift + Double(second))
            for side in [Sample.Side.source, .destination] {
                run.receive(Sample(side, start: begin, end: begin + Double(second), octets: UInt64(second) * 100))
            }
        }
    }

    @Test("a clock that is set counts nothing twice and forgets nothing", arguments: [3600.0, -3600, 400, -200])
    func stepped(step: Double) throws {
        let run = Run(at: begin)
        report(to: run, 1...30, at: 0)
        run.set(clock: step)
        report(to: run, 31...60, at: step)
        run.advance(to: begin + step + 300)
        #expect(try run.only().holds(octets: 6000))
        #expect(run.mediator.connectionCount == 1)
        // It has not ended: it is waited for as long as any other that is silent.
        run.advance(to: begin + step + 120 + Double(run.mediator.configuration.idleTimeout.components.seconds))
        #expect(run.mediator.connectionCount == 0)
    }

    @Test("a half that waits for the other waits as long as it would have", arguments: [3600.0, -3600])
    func waiting(step: Double) throws {
        let run = Run(at: begin)
        run.receive(Sample(.source, start: begin, end: begin + 1, octets: 100))
        run.advance(to: begin + 5)
        run.set(clock: step)
        run.advance(to: begin + step + 8)
        #expect(run.intervals.isEmpty)
        run.advance(to: begin + step + 13)
        #expect(try run.only().observation == .sourceOnly)
    }
}
