// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import OpenVSwitch

@Suite struct UnixctlReplyParserTests {
    private struct Reply: Equatable {
        var text: String
        var error: String?
        var id: String
        var isComplete: Bool
    }

    private func read(_ octets: [UInt8], piece: Int = .max) throws -> Reply {
        var parser = UnixctlReplyParser()
        var text: [UInt8] = []
        var start = 0
        while start < octets.count {
            let end = octets.count - start <= piece ? octets.count : start + piece
            try parser.consume(octets[start..<end], text: &text)
            start = end
        }
        return Reply(
            text: String(decoding: text, as: UTF8.self), error: parser.error.map { String(decoding: $0, as: UTF8.self) },
            id: String(decoding: parser.id, as: UTF8.self), isComplete: parser.isComplete)
    }

    private func read(_ text: String, piece: Int = .max) throws -> Reply { try read(Array(text.utf8), piece: piece) }

    @Test("a recorded reply gives the daemon's text", arguments: ["65510", "65520"], [1, 3, 1000, .max])
    func recordedReply(zone: String, piece: Int) throws {
        let octets = try Fixture.octets("unixctl/dump-conntrack-zone\(zone).reply.json")
        let reply = try read(octets, piece: piece)
        #expect(reply.isComplete && reply.error == nil && reply.id == "0")
        guard case .object(let members) = try JSONParser.parse(octets) else { throw JSONParser.Malformed(reason: "no object", offset: 0) }
        #expect(reply.text == members["result"]?.string)
        #expect(reply.text.split(separator: "\n").count > 20)
    }

    @Test("an error has no result", arguments: [1, .max])
    func recordedError(piece: Int) throws {
        let reply = try read(try Fixture.octets("unixctl/error-unknown-command.reply.json"), piece: piece)
        #expect(reply.error == "\"dpctl/nosuch\" is not a valid command (use \"list-commands\" to see a list of valid commands)\n")
        #expect(reply.isComplete && reply.text.isEmpty)
    }

    @Test("escapes, keys in any order and values of any kind are understood wherever they are cut", arguments: 1...9)
    func anyForm(piece: Int) throws {
        let text = """
             { "extra" : [1,{"a":"]}\\""},[]] , "error" : null, "result":"a\\n\\t\\"\\\\\\/\\u00e9\\ud83d\\ude00\\ud800x\\udc00é", "id" : "x7" , "z":-1.5e3 }
            """
        #expect(try read(text, piece: piece) == Reply(text: "a\n\t\"\\/é😀\u{FFFD}x\u{FFFD}é", error: nil, id: "x7", isComplete: true))
    }

    @Test("a reply that is cut off is not complete")
    func everyCut() throws {
        let octets = Array(#"{"id":12,"result":"a\u0041\n","error":null}"#.utf8)
        for length in 0..<octets.count { #expect(try !read(Array(octets[..<length])).isComplete, "length \(length)") }
    }

    @Test(
        "what is no reply is malformed",
        arguments: [
            "x", "[1]", "{1:2}", #"{"a" 1}"#, #"{"a":1 2}"#, #"{"result":"\q"}"#, #"{"result":"\u00g0"}"#, #"{"a":1}x"#, #"{"a":1}{}"#,
        ])
    func malformed(text: String) {
        #expect(throws: UnixctlReplyParser.Malformed.self) { try read(text) }
    }

    @Test("an error text or an id without end is given up")
    func tooLong() {
        let long = String(repeating: "x", count: 70_000)
        #expect(throws: UnixctlReplyParser.Malformed.self) { try read("{\"error\":\"" + long) }
        #expect(throws: UnixctlReplyParser.Malformed.self) { try read("{\"id\":\"" + long) }
        #expect(throws: UnixctlReplyParser.Malformed.self) { try read("{\"id\":" + long) }
        #expect(throws: UnixctlReplyParser.Malformed.self) { try read("{\"" + long) }
    }

    @Test("no octets make it trap", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        let originals = [
            Array(try Fixture.octets("unixctl/dump-conntrack-zone65510.reply.json").prefix(600)),
            try Fixture.octets("unixctl/ct-stats-show-m.reply.json"), try Fixture.octets("unixctl/error-no-datapath.reply.json"),
        ]
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<1000 {
            let octets = generator.mutated(originals.randomElement(using: &generator)!)
            _ = try? read(octets, piece: Int.random(in: 1...200, using: &generator))
        }
    }
}
