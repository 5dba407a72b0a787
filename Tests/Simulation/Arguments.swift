// SPDX-License-Identifier: Apache-2.0

import FlowTesting

/// What the command line asks for. Parsed by hand: this program stands on the middle alone, and so is built in a minute.
struct Arguments {
    var first: UInt64 = 1
    var count: UInt64 = 2000
    /// One seed alone.
    var seed: UInt64?
    var isTold = false
    var connections: Set<Int>?
    var faults: Set<Int>?
    var plant: PlantedFault?
    var wantsHelp = false

    struct Problem: Error, CustomStringConvertible {
        let description: String
    }

    static let help = """
        Runs simulated clusters and judges what the aggregator stored of them.

          ci/simulate                                  seeds 1 to 2000
          ci/simulate --seeds 100000 --from 5000       others
          ci/simulate --seed 17                        one, with its scenario
          ci/simulate --seed 17 --trace                and everything that happened
          ci/simulate --seed 17 --connections 3,5 --faults 0
                                                       only these of its connections and faults
          ci/simulate --plant lost-interval            as if the mediator had a bug; must fail
                                                       (\(PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")))

        The first seed that fails is shrunk to the connections and faults it needs.
        Exit codes: 0 all was right, 1 something was stored wrong, 2 the arguments are wrong.
        """

    init(_ arguments: [String]) throws(Problem) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch option {
            case "--help", "-h": wantsHelp = true
            case "--trace": isTold = true
            case "--seeds": count = try Self.number(&rest, option)
            case "--from": first = try Self.number(&rest, option)
            case "--seed": seed = try Self.number(&rest, option)
            case "--connections": connections = try Self.numbers(&rest, option)
            case "--faults": faults = try Self.numbers(&rest, option)
            case "--plant":
                guard let name = rest.popFirst(), let plant = PlantedFault(rawValue: name) else {
                    throw Problem(description: "--plant takes one of \(PlantedFault.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                self.plant = plant
            default: throw Problem(description: "unknown argument: \(option); --help says what there is")
            }
        }
        if seed == nil, isTold || connections != nil || faults != nil {
            throw Problem(description: "--trace, --connections and --faults are about one seed: give --seed N too")
        }
        if count == 0 || first > UInt64.max - count { throw Problem(description: "there are no seeds from \(first) on, \(count) of them") }
    }

    private static func number(_ rest: inout ArraySlice<String>, _ option: String) throws(Problem) -> UInt64 {
        guard let text = rest.popFirst(), let number = UInt64(text) else {
            throw Problem(description: "\(option) takes a number, 0 or more")
        }
        return number
    }

    private static func numbers(_ rest: inout ArraySlice<String>, _ option: String) throws(Problem) -> Set<Int> {
        guard let text = rest.popFirst() else { throw Problem(description: "\(option) takes numbers, as 3,5") }
        let numbers = text.split(separator: ",").map { Int($0) }
        guard numbers.allSatisfy({ $0 != nil }) else { throw Problem(description: "\(option) takes numbers, as 3,5; it has \(text)") }
        return Set(numbers.compactMap { $0 })
    }
}
