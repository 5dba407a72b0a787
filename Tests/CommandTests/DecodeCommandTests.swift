// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

/// What `weir decode` accepts, and how values look.
@Suite struct DecodeCommandTests {
    private let files = DecodeFiles()

    private func decode(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Program.Outcome {
        try Program.built("weir").run(["decode"] + arguments, environment: environment, input: input, in: files.folder)
    }

    private func decode(_ arguments: String...) throws -> Program.Outcome { try decode(arguments) }

    @Test(
        "a wrong command line exits with 2 and says why",
        arguments: [
            ([], "FILE"), (["a", "--limit=-1"], "--limit -1 is negative"), (["a", "--port", "x"], "--port x is not a list of ports"),
            (["a", "--port", "4739,"], "is not a list of ports"), (["a", "--port", "65536"], "is not a list of ports"),
            (["-", "-"], "Standard input can be read once"), (["a", "-o", "xml"], "xml"),
            (["a", "--registry", "acme.csv"], "acme.csv"), (["a", "--follow-templates", "nowhere"], "nowhere cannot be opened"),
        ])
    func usage(arguments: [String], message: String) throws {
        let outcome = try decode(arguments)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.lowercased().contains(message.lowercased()), "\(outcome.errors)")
    }

    @Test("repeated elements are arrays, unknown ones are named by number, and large integers are exact")
    func values() throws {
        let template = Wire.set(
            2,
            Wire.octets(UInt16(256), UInt16(5), UInt16(1), UInt16(8), UInt16(8), UInt16(4), UInt16(8), UInt16(4))
                + Wire.octets(UInt16(0x8001), UInt16(2), UInt32(99_999), UInt16(210), UInt16(3)))
        let record: [UInt8] = Wire.octets(UInt64.max) + [10, 0, 0, 1, 10, 0, 0, 2, 0xAB, 0xCD, 0, 0, 0]
        files.write(Wire.message(template, Wire.set(256, record)), to: "a.ipfix")
        let json = try decode("a.ipfix", "-o", "ndjson")
        #expect(
            json.output == #"{"octetDeltaCount":18446744073709551615,"sourceIPv4Address":["10.0.0.1","10.0.0.2"],"99999/1":"0xabcd"}"#
                + "\n")
        let csv = try decode("a.ipfix", "-o", "csv")
        #expect(csv.output == "octetDeltaCount,sourceIPv4Address,99999/1\r\n18446744073709551615,10.0.0.1 10.0.0.2,0xabcd\r\n")
    }

    @Test("a registry of one's own names an enterprise's elements")
    func registry() throws {
        let template = Wire.set(2, Wire.octets(UInt16(256), UInt16(1), UInt16(0x8001), UInt16(2), UInt32(99_999)))
        files.write(Wire.message(template, Wire.set(256, [1, 2])), to: "a.ipfix")
        files.write(Array("ElementID,Name,Abstract Data Type\n1,acmeTemperature,unsigned16\n".utf8), to: "acme-99999.csv")
        #expect(try decode("a.ipfix", "-o", "ndjson", "--registry", "acme-99999.csv").output == "{\"acmeTemperature\":258}\n")
        files.write(Array("ElementID,Name,Abstract Data Type\n1,acmeTemperature,degrees\n".utf8), to: "bad-99999.csv")
        let bad = try decode("a.ipfix", "--registry", "bad-99999.csv")
        #expect(bad.status == 2 && bad.errors.contains("bad-99999.csv") && bad.errors.contains("degrees"), "\(bad.errors)")
    }

    @Test("an exporter's description of its own elements (RFC 5610) names them from there on")
    func typeInformation() throws {
        // privateEnterpriseNumber and informationElementId as scope; then data type and name.
        let types = Wire.set(
            3,
            Wire.octets(UInt16(400), UInt16(4), UInt16(2), UInt16(346), UInt16(4), UInt16(303), UInt16(2))
                + Wire.octets(UInt16(339), UInt16(1), UInt16(341), UInt16(65_535)))
        let type = Wire.set(400, Wire.octets(UInt32(99_999), UInt16(1)) + [2] + Wire.string("acmePressure"))
        let template = Wire.set(2, Wire.octets(UInt16(256), UInt16(1), UInt16(0x8001), UInt16(2), UInt32(99_999)))
        files.write(Wire.message(types, type, template, Wire.set(256, [1, 2])), to: "a.ipfix")
        let outcome = try decode("a.ipfix", "-o", "ndjson")
        #expect(outcome.output == "{\"acmePressure\":258}\n", "\(outcome.errors)")
    }

    @Test("lists (RFC 6313) are nested")
    func lists() throws {
        let template = Wire.set(2, Wire.octets(UInt16(256), UInt16(1), UInt16(291), UInt16(65_535)))
        let list: [UInt8] = [3] + Wire.octets(UInt16(7), UInt16(2), UInt16(80), UInt16(443))
        files.write(Wire.message(template, Wire.set(256, [UInt8(list.count)] + list)), to: "a.ipfix")
        let outcome = try decode("a.ipfix", "-o", "ndjson")
        #expect(outcome.output == #"{"basicList":{"semantic":"allOf","element":"sourceTransportPort","values":[80,443]}}"# + "\n")
    }

    @Test("strings of an exporter cannot control a terminal")
    func harmfulText() throws {
        let template = Wire.set(2, Wire.octets(UInt16(256), UInt16(1), UInt16(82), UInt16(65_535)))
        files.write(Wire.message(template, Wire.set(256, Wire.string("\u{1B}[31mred"))), to: "a.ipfix")
        for format in ["table", "csv", "ndjson", "json", "markdown"] {
            let outcome = try decode("a.ipfix", "-o", format)
            #expect(outcome.status == 0 && !outcome.output.contains("\u{1B}") && outcome.output.contains("red"), "\(format)")
        }
    }

    @Test("only the named ports are read when there are any")
    func ports() throws {
        let messages = [DecodeFiles.message(DecodeFiles.template, DecodeFiles.data(1), number: 0)]
        files.write(capture: "a.pcap", messages, port: 30_000)
        #expect(try decode("a.pcap", "-o", "ndjson").output.split(separator: "\n").count == 1)
        #expect(try decode("a.pcap", "-o", "ndjson", "--port", "2055,30000").output.split(separator: "\n").count == 1)
        #expect(try decode("a.pcap", "-o", "ndjson", "--port", "4739").output.isEmpty)
    }

    @Test("options records are told apart by their scope, and are left out unless asked for")
    func options() throws {
        let path = Fixture.path("ipfix/softflowd-netflow9-udp.pcap")
        let plain = try decode(path, "-o", "ndjson").output.split(separator: "\n")
        let all = try decode(path, "-o", "ndjson", "--options").output.split(separator: "\n")
        #expect(plain.count == 41 && all.count == 42)
        #expect(all.count { $0.contains("\"scope\":[") } == 1 && !plain.contains { $0.contains("\"scope\"") })
    }

    @Test("JSON is one object with the rows of NDJSON; CSV has the same number of lines")
    func formatsAgree() throws {
        for name in ["softflowd-ipfix-udp.pcap", "ovs-bridge-ipfix.pcap", "gen-antrea.ipfix"] {
            let path = Fixture.path("ipfix/\(name)")
            let lines = try decode(path, "-o", "ndjson").output.split(separator: "\n")
            let json = try decode(path, "-o", "json").output
            #expect(json.hasPrefix("{\"command\":\"decode\",\n\"rows\":[\n" + lines.joined(separator: ",\n") + "],\n\"completeness\":"))
            #expect(try decode(path, "-o", "csv").output.split(separator: "\r\n").count == lines.count + 1)
        }
    }

    @Test("several files are read one after another")
    func severalFiles() throws {
        let path = Fixture.path("ipfix/gen-std4.ipfix")
        #expect(try decode(path, Fixture.path("ipfix/gen-biflow.ipfix"), "-o", "ndjson").output.split(separator: "\n").count == 221)
    }
}
