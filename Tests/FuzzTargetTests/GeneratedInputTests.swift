// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import FuzzTargets
import Testing

/// What fuzzers found interesting, which `ci/fuzz --keep` puts in Tests/Fixtures/corpora, and a fixed number of inputs made of it.
@Suite struct GeneratedInputTests {
    @Test("the inputs that reach most of a target are handled", arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) {
        for input in inputs(of: target) { target.run(input) }
    }

    @Test("changed and random inputs are handled", arguments: FuzzTarget.allCases, 1...4 as ClosedRange<UInt64>)
    func generated(target: FuzzTarget, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let inputs = inputs(of: target)
        for _ in 0..<50 {
            if let input = inputs.randomElement(using: &generator) { target.run(Mutation.mutated(input, using: &generator)) }
            target.run((0..<Int.random(in: 0...300, using: &generator)).map { _ in UInt8.random(in: 0 ... .max, using: &generator) })
        }
    }

    private func inputs(of target: FuzzTarget) -> [[UInt8]] {
        let corpus = (try? Fixture.octets("corpora/\(target.rawValue)")) ?? []
        return FramedOctets.frames(of: corpus).map(Array.init)
    }
}
