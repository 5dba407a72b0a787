// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// A file of Information Elements is refused with reasons, or every element of it is found by its number and by its name.
enum RegistryTarget {
    static func run(_ octets: [UInt8]) {
        var registry = InformationElementRegistry()
        for enterprise in [.iana, .antrea] as [EnterpriseNumber] {
            let before = registry.count
            do throws(RegistryError) {
                try registry.add(csv: octets, enterprise: enterprise, file: "example-56506.csv")
            } catch {
                precondition(
                    !error.problems.isEmpty && error.problems.count <= RegistryError.maximumProblemCount, "refused without a reason")
                precondition(!error.description.isEmpty && registry.count == before, "a refused file left something behind")
            }
        }
        for element in registry.all {
            precondition(registry[element.id] == element && registry[name: element.name] == element, "an element is not found again")
            guard element.id.enterprise == .iana else { continue }
            precondition(registry[element.reverse.id] == element.reverse, "a reverse element is not found")
        }
    }
}
