// SPDX-License-Identifier: Apache-2.0

import Schemas
import Testing

@Suite("the steps that make a store") struct MigrationFilesTests {
    @Test("every file of schemas/sqlite/migrations is a step of the program, in the order of their numbers")
    func listed() {
        let files = RepositoryFiles.paths(below: "schemas/sqlite/migrations", ending: ".sql")
        let names = Schemas.migrations.map(\.name)
        #expect(files == names.map { "schemas/sqlite/migrations/\($0).sql" }.sorted())
        #expect(names.map { $0.prefix { $0 != "-" } } == (1...names.count).map { "v\($0)" })
    }

    @Test("every store of an earlier release is brought up to date by a test")
    func fixtures() throws {
        let tests = try RepositoryFiles.text("Tests/FlowStoreTests/StoreMigrationTests.swift")
        let files = RepositoryFiles.paths(below: "Tests/Fixtures/stores", ending: ".sql")
        #expect(files.count >= 3)
        for file in files {
            let name = file.split(separator: "/").last?.dropLast(4) ?? ""
            #expect(tests.contains("\"\(name)\""), "\(file)")
        }
    }
}
