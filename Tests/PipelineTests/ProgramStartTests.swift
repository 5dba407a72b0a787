// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Glibc
import Testing

@Suite("what stops the daemons before they begin")
struct ProgramStartTests {
    private let cluster: Cluster

    init() throws { cluster = try Cluster() }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = "\(cluster.folder)/\(name)"
        guard let file = unsafe fopen(path, "w") else { throw Program.Failure(what: "cannot write \(path)", code: errno) }
        unsafe fputs(text, file)
        unsafe fclose(file)
        return path
    }

    @Test(
        "a wrong configuration names file, line and key, and every problem",
        arguments: [
            (
                "weir-aggregator", "store: x\nlisten: [http://a:1]\nwindow: soon\nobjcts: y\n",
                [":2: listen:", ":3: window:", ":4: objcts:", "did you mean 'objects'"]
            ),
            (
                "weir-aggregator", "sessions: 0\nsession-timeout: 0s\nhandshakes: many\nreceive-buffer: 1\nmessage-timeout: 2h\n",
                [":1: sessions:", ":2: session-timeout:", ":3: handshakes:", "receive-buffer:", ":5: message-timeout:"]
            ),
            (
                "weir-aggregator",
                "retention: 5 days\nretention-size: 3MB\nretention-size-flows: 2MB\nretention-size-1m: 2MB\nretention-size-1h: 5kB\nretention-size-2h: 5GB\n",
                [
                    ":1: retention:", ":2: retention-size: the sizes of its parts are more", ":5: retention-size-1h:",
                    ":6: retention-size-2h:",
                ]
            ),
            (
                "weir-exporter", "source: ovss\npoll-interval: 0s\nzone: [70000]\nrule: x\n",
                [":1: source:", ":2: poll-interval:", ":3: zone:", ":4: rule:"]
            ),
        ])
    func tellsEveryProblem(program: String, text: String, expected: [String]) throws {
        let outcome = try Program.built(program).run(["--config", try file("\(program).yaml", text)])
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        for part in expected { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    }

    @Test(
        "a transport without protection must be asked for in words",
        arguments: [
            ("weir-aggregator", ["--listen", "udp://127.0.0.1:0"], "listen: udp://127.0.0.1:0"),
            ("weir-aggregator", [], "listen: tcp://[::]:4739"),
            ("weir-exporter", ["--collector", "tcp://127.0.0.1:1", "--source", "conntrack"], "collector: tcp://127.0.0.1:1"),
            ("weir-exporter", [], "collector: tcp://127.0.0.1:4739"),
        ])
    func refusesPlain(program: String, arguments: [String], expected: String) throws {
        let outcome = try Program.built(program).run(arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("\(expected) is neither encrypted nor authenticated"), "\(outcome.errors)")
        #expect(outcome.errors.contains("--insecure"))
    }

    @Test("limits of the command line are in bounds too, and every one that is not is told")
    func limits() throws {
        let outcome = try Program.built("weir-aggregator").run([
            "--insecure", "--sessions", "0", "--datagram-sessions", "2000000", "--handshake-timeout", "0s", "--receive-buffer", "1KiB",
        ])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        for key in ["sessions: 0", "datagram-sessions: 2000000", "handshake-timeout: 0s", "receive-buffer: '1KiB'"] {
            #expect(outcome.errors.contains(key), "\(outcome.errors)")
        }
    }

    @Test("an unreadable configuration stops the program", arguments: ["weir-aggregator", "weir-exporter"])
    func refusesMissingConfiguration(program: String) throws {
        let outcome = try Program.built(program).run(["--config", "/nowhere/weir.yaml"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("/nowhere/weir.yaml"))
    }

    @Test("an unknown option exits with 2 and suggests", arguments: ["weir-aggregator", "weir-exporter"])
    func refusesUnknownOption(program: String) throws {
        let outcome = try Program.built(program).run(["--verbos"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains("--verbose"))
        #expect(outcome.output.isEmpty)
    }

    @Test(
        "help of all programs asks for no secret: a secret among a process's arguments is everybody's",
        arguments: [
            ["weir-aggregator"], ["weir-exporter"], ["weir"], ["weir", "top"], ["weir", "flows"], ["weir", "sql"], ["weir", "demo"],
            ["weir", "certs"], ["weir", "certs", "init"], ["weir", "certs", "issue"],
        ])
    func asksForNoSecret(command: [String]) throws {
        let outcome = try Program.built(command[0]).run(command.dropFirst() + ["--help"])
        #expect(outcome.status == 0)
        for word in ["password", "secret", "token", "passphrase", "private key"] {
            #expect(!outcome.output.lowercased().contains(word), "\(word)")
        }
    }

    @Test("help goes to standard output and has examples", arguments: ["weir-aggregator", "weir-exporter"])
    func helps(program: String) throws {
        let outcome = try Program.built(program).run(["--help"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("EXAMPLES"))
        #expect(outcome.errors.isEmpty)
    }

    @Test("the aggregator refuses a store that is no store, and an address it may not have")
    func aggregatorRefuses() throws {
        let text = try file("notes.txt", String(repeating: "not a database\n", count: 100))
        let notSQLite = try Program.built("weir-aggregator").run(["--store", text, "--listen", "tcp://127.0.0.1:0", "--insecure"])
        #expect(notSQLite.status == 2)
        #expect(notSQLite.errors.contains("notes.txt"))
        let elsewhere = try Program.built("weir-aggregator").run([
            "--store", "\(cluster.folder)/a.db", "--listen", "tcp://203.0.113.1:4739", "--insecure",
        ])
        #expect(elsewhere.status == 2)
        #expect(elsewhere.errors.contains("203.0.113.1"))
    }

    @Test("the exporter refuses a recording and a rule map that are none, with the line")
    func exporterRefuses() throws {
        let rules = try file(
            "rules.yaml",
            "rules:\n  - {id: 0, name: a, type: K8sNetworkPolicy, direction: ingress}\n  - {id: 2, name: b, type: x, direction: y}\n")
        let outcome = try Program.built("weir-exporter").run(["--rules", rules, "--insecure"])
        #expect(outcome.status == 2)
        for part in ["rules.yaml:2: id:", "rules.yaml:3: type:", "rules.yaml:3: direction:"] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
        _ = try file("recording.txt", "weir-recording 1 node1\nat never\n")
        let recording = try Program.built("weir-exporter").run(["--source", "replay:\(cluster.folder)", "--insecure"])
        #expect(recording.status == 2)
        #expect(recording.errors.contains("recording.txt:2:"))
    }
}
