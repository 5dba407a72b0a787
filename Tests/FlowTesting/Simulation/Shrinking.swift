// SPDX-License-Identifier: Apache-2.0

/// Takes connections and faults away from a scenario that fails, for as long as it fails.
public enum Shrinking {
    /// - Parameter attempts: runs at most.
    public static func smallest(_ scenario: Scenario, plant: PlantedFault? = nil, attempts: Int = 400) -> Scenario {
        var smallest = scenario
        var left = attempts
        func fails(_ candidate: Scenario) -> Bool {
            left -= 1
            return !Simulation.run(candidate, plant: plant).problems.isEmpty
        }
        var size = max(1, smallest.connections.count / 2)
        while left > 0 {
            var isSmaller = false
            var from = 0
            while from < smallest.connections.count, left > 0 {
                var candidate = smallest
                candidate.connections.removeSubrange(from..<min(from + size, candidate.connections.count))
                if fails(candidate) {
                    smallest = candidate
                    isSmaller = true
                } else {
                    from += size
                }
            }
            if size == 1, !isSmaller { break }
            size = max(1, size / 2)
        }
        for index in smallest.faults.indices.reversed() where left > 0 {
            var candidate = smallest
            candidate.faults.remove(at: index)
            if fails(candidate) { smallest = candidate }
        }
        return smallest
    }
}
