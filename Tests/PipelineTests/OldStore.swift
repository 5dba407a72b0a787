// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// A store as an earlier release left it, with more in it than the fixture has, and what is to be found of it later.
struct OldStore {
    let path: String

    /// What adds up to the same in the old tables and in the view `flows`.
    private static let sums = """
        count(*), count(DISTINCT connection), total(octetDeltaCount), total(reversePacketDeltaCount), total(octetTotalCount),
        total(flowEndMilliseconds), total(flowEndReason), total(throughput), total(octetDeltaCountFromSourceNode),
        total(packetTotalCountFromDestinationNode), total(flowEndSecondsFromDestinationNode)
        """

    /// - Parameter doublings: how often the flows of the fixture are put behind themselves, by other connections.
    init(_ fixture: String, at path: String, doublings: Int) throws {
        self.path = path
        let copies = (0..<doublings).map { step in
            """
            CREATE TEMP TABLE copied AS SELECT * FROM connection;
            UPDATE copied SET id = id + (SELECT max(id) FROM connection);
            CREATE TEMP TABLE moved AS SELECT * FROM interval;
            UPDATE moved SET id = id + (700 << \(step) << 22), connection = connection + (SELECT max(id) FROM connection),
              flowEndMilliseconds = flowEndMilliseconds + (700000 << \(step));
            INSERT INTO connection SELECT * FROM copied;
            INSERT INTO interval SELECT * FROM moved;
            DROP TABLE copied;
            DROP TABLE moved;
            """
        }
        let text = String(decoding: try Fixture.octets("stores/\(fixture).sql"), as: UTF8.self)
        _ = try Self.sql(([text, "BEGIN;"] + copies + ["COMMIT;"]).joined(separator: "\n"), path)
    }

    func oldSums() throws -> String { try Self.sql("SELECT \(Self.sums) FROM interval;", path) }

    func sums() throws -> String { try Self.sql("SELECT \(Self.sums) FROM flows;", path) }

    func integrity() throws -> String { try Self.sql("PRAGMA integrity_check;", path) }

    func isOld() throws -> Bool { try Self.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'rollup_1m';", path) == "0\n" }

    private static func sql(_ text: String, _ path: String) throws -> String {
        let outcome = try Program(path: "/usr/bin/sqlite3").run(["-bail", path], input: text)
        guard outcome.status == 0 else { throw Program.Failure(what: "sqlite3: \(outcome.errors)", code: outcome.status) }
        return outcome.output
    }
}
