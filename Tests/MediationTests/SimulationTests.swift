// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// A few of the seeds that `ci/simulate` runs thousands of, and that the simulation would find what it is for.
@Suite struct SimulationTests {
    @Test("what is stored of a simulated cluster is what was delivered", arguments: 1...40 as ClosedRange<UInt64>)
    func stored(seed: UInt64) {
        let outcome = Simulation.run(Scenario(seed: seed))
        #expect(outcome.problems.isEmpty, "ci/simulate --seed \(seed) --trace tells its story")
        #expect(outcome.connections == 0 || outcome.records > 0)
    }

    @Test("a bug of the mediator is found within few seeds", arguments: PlantedFault.allCases)
    func planted(fault: PlantedFault) {
        #expect((1...200 as ClosedRange<UInt64>).contains { !Simulation.run(Scenario(seed: $0), plant: fault).problems.isEmpty })
    }

    @Test("a seed has one outcome and one story")
    func sameAgain() {
        let outcomes = (0..<2).map { _ in Simulation.run(Scenario(seed: 5), isTold: true) }
        #expect(outcomes[0].story == outcomes[1].story && !outcomes[0].story.isEmpty)
    }

    @Test("a failure is shrunk to what it needs, and still fails")
    func shrinking() throws {
        let seed = try #require((1...20 as ClosedRange<UInt64>).first { fails(Scenario(seed: $0)) })
        let smallest = Shrinking.smallest(Scenario(seed: seed), plant: .wrongPod)
        #expect(fails(smallest) && smallest.connections.count == 1 && smallest.faults.isEmpty)
    }

    private func fails(_ scenario: Scenario) -> Bool { !Simulation.run(scenario, plant: .wrongPod).problems.isEmpty }

    @Test("seeds draw every kind of connection, of verdict and of fault")
    func variety() {
        let scenarios = (1...60 as ClosedRange<UInt64>).map { Scenario(seed: $0) }
        let connections = scenarios.flatMap(\.connections)
        #expect(Set(connections.map(\.type)).count == 4 && Set(connections.map(\.verdict)).count == TrueConnection.Verdict.allCases.count)
        let faults = Set(scenarios.flatMap(\.faults).map { "\($0.fault)".filter { $0.isLetter || $0 == " " }.prefix(14) })
        #expect(faults.count >= 8)
    }
}
