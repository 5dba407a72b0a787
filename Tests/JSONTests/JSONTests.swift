// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    @Test("every kind of value is read, and written back the same")
    func values() throws {
        let value = try parse(#" { "a" : [ 1 , -2.5e3 , "x\n\u00e9\ud83d\ude00\u0001" , true , false , null , {} , [] ] , "b" : "" } "#)
        #expect(value["a"]?.array?[2].string == "x\né😀\u{1}")
        #expect(String(decoding: value.octets, as: UTF8.self) == "{\"a\":[1,-2.5e3,\"x\\né😀\\u0001\",true,false,null,{},[]],\"b\":\"\"}")
        #expect(try JSONParser.parse(value.octets) == value)
    }

    @Test(
        "what is no document is malformed",
        arguments: [
            "", " ", "{", "[", "[1", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"x", "\"\\x\"", "tru", "1 2", "}", "{\"a\":1,}", "@",
        ])
    func malformed(text: String) {
        #expect(throws: JSONParser.Malformed.self) { try parse(text) }
    }

    @Test("nesting is bounded, in a document and in a stream")
    func nesting() throws {
        _ = try parse(String(repeating: "[", count: 32) + String(repeating: "]", count: 32))
        #expect(throws: JSONParser.Malformed.self) { try parse(String(repeating: "[", count: 100_000)) }
        var stream = JSONStream()
        #expect(throws: JSONStream.Malformed.tooDeep) { try stream.consume(Array(("{" + String(repeating: "[", count: 40)).utf8).span) }
    }

    @Test("many small objects at once come out in their order")
    func manyObjects() throws {
        var stream = JSONStream()
        let octets = (0..<200_000).flatMap { Array("{\"\($0)\":0}".utf8) }
        try stream.consume(octets.span)
        var next = 0
        while let message = stream.next() {
            try #require(message == Array("{\"\(next)\":0}".utf8))
            next += 1
        }
        #expect(next == 200_000)
        try stream.consume(Array("{}".utf8).span)
        #expect(stream.next() == Array("{}".utf8))
    }

    @Test("a stream is cut where its objects end", arguments: 1...7)
    func stream(piece: Int) throws {
        let objects = [#"{"a":"}{\"\\"}"#, "{}", #"{"b":[{"c":[]}]}"#]
        let octets = Array((objects.joined(separator: " \n") + "{").utf8)
        var stream = JSONStream()
        var found: [String] = []
        for start in stride(from: 0, to: octets.count, by: piece) {
            try stream.consume(octets.span.extracting(start..<min(start + piece, octets.count)))
            while let message = stream.next() { found.append(String(decoding: message, as: UTF8.self)) }
        }
        #expect(found == objects)
        var other = JSONStream()
        #expect(throws: JSONStream.Malformed.notAnObject) { try other.consume(Array("[{}]".utf8).span) }
    }
}
