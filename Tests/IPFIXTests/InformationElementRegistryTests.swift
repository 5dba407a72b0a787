// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Testing

@Suite struct InformationElementRegistryTests {
    static let header = "ElementID,Name,Abstract Data Type,Data Type Semantics,Units"

    static func registry(_ lines: String..., file: String = "example-32473.csv") throws(RegistryError) -> InformationElementRegistry {
        try .standard(files: [(file, Array(([header] + lines).joined(separator: "\n").utf8))])
    }

    static func problems(_ text: String) -> [String] {
        do throws(RegistryError) {
            var registry = InformationElementRegistry()
            try registry.add(csv: Array(text.utf8), enterprise: EnterpriseNumber(rawValue: 32473), file: "a.csv")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    static func id(_ number: UInt16, _ enterprise: UInt32 = 32473) -> InformationElement.ID {
        InformationElement.ID(enterprise: EnterpriseNumber(rawValue: enterprise), number: number)
    }

    @Test("an element is found by number and by name, with its type, semantics and units")
    func lookUp() throws {
        let registry = try Self.registry("7,queueDepth,unsigned32,quantity,packets", "8,queueName,string,,")
        let depth = try #require(registry[Self.id(7)])
        #expect(depth.name == "queueDepth")
        #expect(depth.type == .unsigned32)
        #expect(depth.semantics == .quantity)
        #expect(depth.units?.rawValue == "packets")
        #expect(registry[name: "queueName"]?.semantics == .default)
        #expect(registry[name: "queueName"]?.units == nil)
        #expect(registry[Self.id(9)] == nil)
        #expect(registry[Self.id(7, 0)] == nil)
        #expect(registry.all.map(\.id.number) == [7, 8])
    }

    @Test("all files together have what exporters send, under the names of their registries")
    func standard() throws {
        let registry = try InformationElementRegistry.standard()
        #expect(registry.count == 593)
        #expect(registry[Self.id(89, 0)]?.type == .unsigned32)
        #expect(registry[Self.id(515, 0)]?.type == .unsigned256)
        #expect(registry[Self.id(533, 0)]?.name == "pathDelaySumDeltaMicroseconds")
        #expect(registry[Self.id(101, 56506)]?.name == "sourcePodName")
        #expect(registry[Self.id(892, 6876)]?.name == "tunnelKey")
        #expect(registry[Self.id(97, 0)] == nil, "assigned without a name")
        #expect(registry[Self.id(416, 0)] == nil, "withdrawn")
    }

    @Test("RFC 5103 §6.1: IANA's elements have reverse ones by number and by name")
    func reverse() throws {
        let registry = try InformationElementRegistry.standard()
        let reverse = try #require(registry[Self.id(1, 29305)])
        #expect(reverse.name == "reverseOctetDeltaCount")
        #expect(reverse.semantics == .deltaCounter)
        #expect(registry[name: "reverseOctetDeltaCount"] == reverse)
        // Forward names that begin with a capital.
        #expect(registry[name: "reverseIPSecSPI"]?.id == Self.id(295, 29305))
        #expect(registry[name: "reverseVRFname"]?.id == Self.id(236, 29305))
        // Antrea has reverse elements of its own; they are no reverse of its forward ones.
        #expect(registry[name: "reverseThroughput"]?.id == Self.id(146, 56506))
        #expect(registry[name: "reverseSourcePodName"] == nil)
        #expect(registry[name: "reverse"] == nil)
        #expect(registry[Self.id(9999, 29305)] == nil)
    }

    @Test("every name leads back to its element")
    func namesAndNumbersAgree() throws {
        let registry = try InformationElementRegistry.standard()
        for element in registry.all {
            #expect(registry[name: element.name] == element)
            guard element.id.enterprise == .iana else { continue }
            #expect(registry[name: element.reverse.name]?.id == element.reverse.id)
        }
    }

    @Test(
        "a file's name tells its enterprise",
        arguments: [
            ("iana.csv", 0), ("ipfix-information-elements.csv", 0), ("/etc/weir/vmware-6876.csv", 6876),
            ("a-b-4294967295.csv", 4_294_967_295),
            ("antrea.csv", nil), ("x-.csv", nil), ("x-+5.csv", nil), ("x-4294967296.csv", nil), ("x-5.txt", nil), ("", nil),
        ] as [(String, UInt32?)])
    func enterpriseOfFile(name: String, number: UInt32?) {
        #expect(InformationElementRegistry.enterprise(ofFile: name)?.rawValue == number)
    }

    @Test("a file in the form that IANA publishes is read: other columns, quotes over lines, ranges that are free")
    func ianaForm() throws {
        let text = """
            ElementID,Name,Abstract Data Type,Data Type Semantics,Status,Description,Units,Range\r
            0,Reserved,,,,,,\r
            1,octetDeltaCount,unsigned64,deltaCounter,current,"The number of ""octets""\r
            \r
            since the previous report, if any",octets,\r
            65-69,Assigned for NetFlow v9 compatibility,,,,,,\r
            97,Assigned for NetFlow v9 compatibility,,,,,,\r
            105,Unassigned,,,,,,\r
            2,packetDeltaCount,unsigned64,deltaCounter,current,,packets,
            """
        let registry = try InformationElementRegistry.standard(files: [("iana.csv", [0xEF, 0xBB, 0xBF] + Array(text.utf8))])
        #expect(registry.all.map(\.name) == ["octetDeltaCount", "packetDeltaCount"])
        #expect(registry.all.map(\.units?.rawValue) == ["octets", "packets"])
    }

    @Test("every mistake of a file is told with its line, and nothing of it is taken over")
    func problems() throws {
        var registry = try InformationElementRegistry.standard()
        let lines = [
            Self.header, "1,fine,unsigned8,,", "0,zero,unsigned8,,", "32768,tooHigh,unsigned8,,", "x,noNumber,unsigned8,,", "",
            "2,9lives,unsigned8,,", "3,,unsigned8,,", "4,noSuchType,unsigned128,,", "5,noSuchSemantics,unsigned8,perhaps,",
            "6,longUnits,unsigned8,,\(String(repeating: "u", count: 65))", "1,otherName,unsigned8,,", "1,fine,unsigned16,,",
            "7,octetDeltaCount,unsigned64,,", "8,reverseOctetDeltaCount,unsigned64,,", "9,noType,,,", "10", "1,fine,unsigned8,,",
        ]
        let error = #expect(throws: RegistryError.self) {
            try registry.add(csv: Array(lines.joined(separator: "\n").utf8), enterprise: EnterpriseNumber(rawValue: 32473), file: "x.csv")
        }
        let problems = try #require(error?.problems)
        #expect(problems.allSatisfy { $0.file == "x.csv" })
        #expect(problems.map(\.line) == [3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17])
        #expect(problems[0].description == "x.csv:3: ElementID '0' is not a number from 1 to 32767")
        #expect(problems[5].description == "x.csv:9: Abstract Data Type 'unsigned128' is not one of IANA's")
        #expect(problems[8].cause == .numberTaken(by: "fine"))
        #expect(problems[10].cause == .nameTaken(by: Self.id(1, 0)))
        #expect(problems[11].cause == .nameTaken(by: Self.id(1, 29305)))
        #expect(registry.count == 593)
    }

    @Test(
        "a file that is no CSV of elements is refused",
        arguments: [
            ("", "a.csv:1: there is no column 'ElementID' in the first line"),
            ("ElementID,Name\n1,a", "a.csv:1: there is no column 'Abstract Data Type' in the first line"),
            ("ElementID,Name,Abstract Data Type\n1,\"a,string\n", "a.csv:2: a quote that begins in this line is not closed"),
            (
                "ElementID,Name,Abstract Data Type\n1,\"a\"b,string\n",
                "a.csv:2: there is text behind a closing quote; a quote inside is written twice"
            ),
            (String(repeating: ",", count: 64), "a.csv:1: there are more than 64 fields"),
        ])
    func noElements(text: String, problem: String) {
        #expect(Self.problems(text) == [problem])
    }

    @Test("the list of problems is bounded, and so is a file")
    func bounds() {
        let wrong = Self.header + String(repeating: "\nx", count: 1000)
        #expect(Self.problems(wrong).count == RegistryError.maximumProblemCount)
        let large = String(repeating: "\n", count: InformationElementRegistry.maximumFileOctets + 1)
        #expect(Self.problems(large) == ["a.csv: 4194305 octets are more than 4194304"])
    }

    @Test("whose elements they are must be known, and reverse ones are not listed")
    func enterpriseNeeded() {
        let unnamed = #expect(throws: RegistryError.self) { try Self.registry(file: "elements.csv") }
        #expect(unnamed?.problems.map(\.cause) == [.noEnterprise])
        let reverse = #expect(throws: RegistryError.self) { try Self.registry(file: "reverse-29305.csv") }
        #expect(reverse?.problems.map(\.cause) == [.reverseEnterprise])
        #expect(unnamed?.description.hasPrefix("elements.csv: whose elements are these?") == true)
    }

    @Test("the same file twice changes nothing")
    func repeatedFile() throws {
        let lines = Array((Self.header + "\n1,one,unsigned8,,").utf8)
        let registry = try InformationElementRegistry.standard(files: [("a-1.csv", lines), ("b-1.csv", lines)])
        #expect(registry.count == 1)
    }

    @Test("whatever octets a file has, reading ends")
    func arbitraryOctets() throws {
        let alphabet = Array("1,\"\r\nab-".utf8) + [0xFF]
        // All texts of up to four octets behind a good header.
        for length in 0...4 {
            var digits = [Int](repeating: 0, count: length)
            repeat {
                var registry = InformationElementRegistry()
                let text = Array((Self.header + "\n").utf8) + digits.map { alphabet[$0] }
                try? registry.add(csv: text, enterprise: .antrea, file: "x")
                var place = 0
                while place < length {
                    digits[place] += 1
                    if digits[place] < alphabet.count { break }
                    digits[place] = 0
                    place += 1
                }
                if place == length { break }
            } while true
        }
    }
}
