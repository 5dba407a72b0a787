// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Synchronization

@main
enum Main {
    static func main() async {
        let arguments: Arguments
        do throws(Arguments.Problem) {
            arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
        } catch {
            say("simulate: \(error)\n")
            exit(2)
        }
        if arguments.wantsHelp {
            print(Arguments.help)
            return
        }
        let isRight = if let seed = arguments.seed { runOne(seed, arguments) } else { await runAll(arguments) }
        if !isRight { exit(1) }
    }

    private static func runOne(_ seed: UInt64, _ arguments: Arguments) -> Bool {
        var scenario = Scenario(seed: seed)
        if let connections = arguments.connections { scenario.connections.removeAll { !connections.contains($0.number) } }
        if let faults = arguments.faults { scenario.faults.removeAll { !faults.contains($0.number) } }
        let outcome = Simulation.run(scenario, plant: arguments.plant, isTold: arguments.isTold)
        for line in scenario.summary { print(line) }
        for line in outcome.story { print(line) }
        for problem in outcome.problems { print("WRONG  \(problem)") }
        let counts =
            "\(outcome.connections) connections, \(outcome.records) records, \(outcome.messages) messages, \(outcome.intervals) intervals"
        print("seed \(seed): \(counts): \(outcome.problems.isEmpty ? "all is right" : "\(outcome.problems.count) problems")")
        return outcome.problems.isEmpty
    }

    /// Every processor takes its share of the seeds; the first that fails counts, whoever finds it.
    private static func runAll(_ arguments: Arguments) async -> Bool {
        let run = Run(arguments)
        let workers = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<workers { group.addTask { run.work() } }
        }
        run.endProgress()
        guard let failed = run.firstFailure.withLock({ $0 }) else {
            let sums = run.sums.withLock { $0 }
            print(
                "seeds \(arguments.first) to \(arguments.first + arguments.count - 1): \(sums.connections) connections, "
                    + "\(sums.records) records, \(sums.intervals) intervals: all is right")
            return true
        }
        report(failed, arguments)
        return false
    }

    private static func report(_ seed: UInt64, _ arguments: Arguments) {
        let problems = Simulation.run(Scenario(seed: seed), plant: arguments.plant).problems
        print("seed \(seed) fails with \(problems.count) problems, the first of them:\n  \(problems.first ?? "")")
        let smallest = Shrinking.smallest(Scenario(seed: seed), plant: arguments.plant)
        print("\nWhat it needs to fail:")
        for line in smallest.summary { print("  \(line)") }
        for problem in Simulation.run(smallest, plant: arguments.plant).problems { print("  WRONG  \(problem)") }
        let plant = arguments.plant.map { " --plant \($0.rawValue)" } ?? ""
        let connections = smallest.connections.map { "\($0.number)" }.joined(separator: ",")
        let faults = smallest.faults.map { "\($0.number)" }.joined(separator: ",")
        print("\nRun it again with:\n  ci/simulate --seed \(seed)\(plant) --connections \"\(connections)\" --faults \"\(faults)\" --trace")
    }
}

/// What the workers share.
private final class Run: Sendable {
    let firstFailure = Mutex<UInt64?>(nil)
    let sums = Mutex(Simulation.Outcome())
    private let next: Atomic<UInt64>
    private let arguments: Arguments
    private let isTerminal = isatty(2) == 1

    init(_ arguments: Arguments) {
        self.arguments = arguments
        next = Atomic(arguments.first)
    }

    func work() {
        while true {
            let seed = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if seed >= arguments.first + arguments.count || seed > firstFailure.withLock({ $0 }) ?? .max { return }
            let outcome = Simulation.run(Scenario(seed: seed), plant: arguments.plant)
            if !outcome.problems.isEmpty { firstFailure.withLock { $0 = min($0 ?? seed, seed) } }
            sums.withLock {
                $0.connections += outcome.connections
                $0.records += outcome.records
                $0.intervals += outcome.intervals
            }
            if isTerminal, seed % 50 == 0 { say("\r\(seed - arguments.first) of \(arguments.count) seeds ") }
        }
    }

    func endProgress() {
        if isTerminal { say("\r\u{1B}[K") }
    }
}

private func say(_ text: String) {
    let octets = Array(text.utf8)
    // The array lives through the call.
    _ = unsafe write(STDERR_FILENO, octets, octets.count)
}
