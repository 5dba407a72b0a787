// SPDX-License-Identifier: Apache-2.0

import Daemon
import Glibc
import Testing

struct ConfigurationFileTests {
    @Test("settings are read by type and path")
    func reads() throws {
        let file = try ConfigurationFile(
            text: """
                node: worker-1
                listen: [tcp://0.0.0.0, "udp://[::]:4739"]
                zones: 65520
                store:
                  path: /var/lib/weir
                  retention: 7d
                  sync: true
                log:
                """, name: "weir.yaml")
        #expect(file.string("node") == "worker-1")
        #expect(file.strings("listen") == ["tcp://0.0.0.0", "udp://[::]:4739"])
        #expect(file.strings("zones") == ["65520"])
        #expect(file.string("store.path") == "/var/lib/weir")
        #expect(file.duration("store.retention") == .seconds(604_800))
        #expect(file.boolean("store.sync") == true)
        #expect(file.integer("store.cache", in: 0...10) == nil)
        #expect(file.string("log.level") == nil)
        try file.finish()
    }

    @Test("every problem is told at once, with its line and what to write")
    func collects() throws {
        let file = try ConfigurationFile(
            text: """
                node: [a, b]
                port: 70000
                colector: tcp://a
                store:
                  retention: 5 d
                  sync: yes
                  size: many
                  retenton: 1d
                timeout: 1s
                level: warn
                exporter: 7
                peers:
                  - a
                  - b: c
                """, name: "weir.yaml")
        _ = file.string("node")
        _ = file.integer("port", in: 1...65_535)
        #expect(file.string("collector") == nil)
        file.reject("collector", "is missing", remedy: "write where to send to")
        _ = file.duration("store.retention")
        _ = file.boolean("store.sync")
        _ = file.integer("store.size", in: 1...9)
        _ = file.duration("timeout", in: .seconds(5)...(.seconds(60)))
        _ = file.choice("level", of: Level.self)
        _ = file.string("exporter.name")
        #expect(file.strings("peers") == ["a"])
        let problems = try #require(throws: ConfigurationProblems.self) { try file.finish() }
        #expect(
            problems.description == """
                weir.yaml:1: node: is a list; write one value
                weir.yaml:2: port: 70000 is out of range; write a whole number from 1 to 65535
                weir.yaml:3: colector: there is no such key; did you mean 'collector'?
                weir.yaml:5: store.retention: '5 d': there is no unit ' d'; write a whole number with ms, s, m, h or d, \
                such as 250ms, 5s or 2h
                weir.yaml:6: store.sync: 'yes' is neither true nor false; write true or false
                weir.yaml:7: store.size: 'many' is not a whole number; write a whole number from 1 to 9
                weir.yaml:8: store.retenton: there is no such key; did you mean 'retention'?
                weir.yaml:9: timeout: 1s is out of range; write 5s to 1m
                weir.yaml:10: level: 'warn' is not known here; did you mean 'warning'?
                weir.yaml:11: exporter: is not a section; write its keys below it, indented
                weir.yaml:14: peers: is a section; write a list of plain values
                weir.yaml: collector: is missing; write where to send to
                """)
    }

    @Test("an unknown key without a near name is answered with the keys there are")
    func namesKnownKeys() throws {
        let file = try ConfigurationFile(text: "zzz: 1\n\"a.b\": 2\n", name: "f")
        _ = file.string("a.b")
        _ = file.string("c")
        let problems = try #require(throws: ConfigurationProblems.self) { try file.finish() }
        #expect(
            problems.description == """
                f:1: zzz: there is no such key; the keys here are a, c
                f:2: a.b: there is no such key; the keys here are a, c
                """)
    }

    @Test(
        "what is not YAML names file, line and column",
        arguments: [
            ("a: 1\nb: [", "f:3:1: "), ("a: 1\n\tb: 2", "f:2:1: "),
            ("a: 1\na: 2", "f:1:1: a: written more than once in one section; keep one"),
            ("- a\n- b", "f:1: not a configuration; write lines of the form 'key: value'"), ("a: *nothing", "f:1:4: "),
            ("a: 1\n---\nb: 2", "f:2:1: "),
            ("a: \"\u{1}\"", "f:"),
        ])
    func badYAML(text: String, start: String) throws {
        let problems = try #require(throws: ConfigurationProblems.self) { try ConfigurationFile(text: text, name: "f") }
        #expect(problems.description.hasPrefix(start), "\(problems)")
        #expect(problems.problems.count == 1)
    }

    @Test("an empty file, or one of comments, sets nothing", arguments: ["", "# nothing\n", "~"])
    func empty(text: String) throws {
        let file = try ConfigurationFile(text: text, name: "f")
        #expect(file.string("a") == nil)
        try file.finish()
    }

    @Test("a file that cannot be read says so with its name")
    func unreadable() throws {
        let problems = try #require(throws: ConfigurationProblems.self) { try ConfigurationFile(path: "/nowhere/weir.yaml") }
        #expect(problems.description == "/nowhere/weir.yaml: cannot be read: No such file or directory; check the path and its permissions")
        #expect(throws: ConfigurationProblems.self) { try ConfigurationFile(path: "/") }
        #expect(throws: ConfigurationProblems.self) { try ConfigurationFile(path: "/dev/zero") }
    }

    @Test("a real file is read")
    func realFile() throws {
        var template = Array("/tmp/weir-configuration-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&template)
        defer { close(descriptor) }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unsafe unlink(path) }
        let text = Array("node: worker-2\n".utf8)
        #expect(unsafe write(descriptor, text, text.count) == text.count)
        #expect(try ConfigurationFile(path: path).string("node") == "worker-2")
    }

    enum Level: String, CaseIterable {
        case info
        case warning
    }
}
