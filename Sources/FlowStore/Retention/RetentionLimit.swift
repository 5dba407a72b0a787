// SPDX-License-Identifier: Apache-2.0

/// What a store says of the policy that it is kept by.
public struct RetentionLimit: Sendable, Hashable {
    /// Nil for ever.
    public var age: Duration?
    /// Nil for any size.
    public var octets: Int64?
}

/// Reads and writes the table `retention_limit`.
struct RetentionLimits {
    let connection: Connection

    static let ledger = "ledger", store = "store"

    /// Rows for everything that a policy tells of, so that "for ever" is told from what nobody has said.
    func save(_ policy: RetentionPolicy) throws(StoreError) {
        let statement = try Statement(connection, "INSERT OR REPLACE INTO retention_limit (kept, age, octets) VALUES (?, ?, ?)")
        func save(_ kept: String, _ age: Duration?, _ octets: Int64?) throws(StoreError) {
            statement.clear()
            try statement.bind(kept, at: 1)
            if let age { statement.bind(age.components.seconds, at: 2) }
            if let octets { statement.bind(octets, at: 3) }
            try statement.run()
        }
        for resolution in Resolution.allCases { try save(resolution.name, policy.ages[resolution], policy.sizes[resolution]) }
        try save(Self.ledger, policy.ledgerAge, nil)
        try save(Self.store, nil, policy.maximumOctets)
    }

    /// By what is kept; empty for a store that no policy has been applied to.
    func read() throws(StoreError) -> [String: RetentionLimit] {
        let statement = try Statement(connection, "SELECT kept, age, octets FROM retention_limit")
        var limits: [String: RetentionLimit] = [:]
        while try statement.step() {
            limits[statement.text(at: 0) ?? ""] = RetentionLimit(
                age: statement.integer(at: 1).map { .seconds($0) }, octets: statement.integer(at: 2))
        }
        return limits
    }
}
