// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

@Suite struct FlowEncoderTests {
    @Test(
        "what a template carries comes back, and what it does not stays unknown", arguments: ExportProfile.allCases,
        [(IPAddress.Family.v4, 1), (.v4, 2), (.v6, 3), (.v6, 4)] as [(IPAddress.Family, UInt64)])
    func roundTrip(profile: ExportProfile, sample: (family: IPAddress.Family, seed: UInt64)) throws {
        var generator = SeededGenerator(seed: sample.seed)
        var names = NameTable(seed: sample.seed)
        var encoder = FlowEncoder(profile: profile)
        var decoding = Decoding()
        _ = try decoding.flows(Wire.message(encoder.templates.flatMap(\.template.set)))

        for _ in 0..<200 {
            let flow = FlowRecord.random(family: sample.family, names: &names, using: &generator)
            let index = encoder.templateIndex(for: flow)
            let template = encoder.templates[index]
            #expect(template.family == sample.family)
            let octets = encoder.encode(flow, by: index, names: names)
            let read = try #require(try decoding.flows(Wire.message(Wire.set(template.template.id, octets))).first)
            for definition in FlowSchema.fields {
                let sent = FieldValue(definition, of: flow, names)
                let received = FieldValue(definition, of: read, decoding.names)
                #expect(received == expected(sent, definition, isSent: template.fields.contains(definition.field)), "\(definition.name)")
            }
        }
    }

    /// There is no absent value on the wire: what is unknown comes as zero where zero is a value of its own.
    private func expected(_ sent: FieldValue, _ definition: FlowFieldDefinition, isSent: Bool) -> FieldValue {
        guard isSent else { return .unknown }
        return sent == .unknown && !definition.isZeroUnknown ? .number(0) : sent
    }

    @Test("a record without counters has a template without them, or zeros where the profile has none")
    func uncounted() throws {
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = IPAddress(v4: 1)
        flow[address: .destinationIPAddress] = IPAddress(v4: 2)
        for (profile, id, count) in [(ExportProfile.weir, 258, nil), (.antrea, 256, 0)] as [(ExportProfile, UInt16, UInt64?)] {
            var encoder = FlowEncoder(profile: profile)
            let index = encoder.templateIndex(for: flow)
            #expect(encoder.templates[index].template.id == id)
            let octets = encoder.encode(flow, by: index, names: NameTable(seed: 1))
            #expect(octets.count == encoder.templates[index].template.minimumRecordLength)
            var decoding = Decoding()
            let read = try decoding.flows(Wire.message(encoder.templates.flatMap(\.template.set), Wire.set(id, octets))).first
            #expect(read?[unsigned: .octetTotalCount] == count)
        }
    }

    @Test("an empty record is the reference's smallest", arguments: [(IPAddress.Family.v4, 0, 124), (.v6, 1, 184)])
    func smallest(family: IPAddress.Family, index: Int, length: Int) {
        var encoder = FlowEncoder(profile: .antrea)
        #expect(encoder.encode(FlowRecord(), by: index, names: NameTable(seed: 1)) == [UInt8](repeating: 0, count: length))
    }

    @Test("a text is cut at a character's boundary, never inside, and not at all when it fits")
    func longText() throws {
        for letter in ["a", "é", "流", "🌊"] {
            for prefix in 0..<4 {
                for count in [62, 63, 64, 84, 85, 126, 127, 128, 253, 254, 255, 400] {
                    let text = String(repeating: "-", count: prefix) + String(repeating: letter, count: count)
                    let read = try sent(text)
                    #expect(text.hasPrefix(read))
                    #expect(read.utf8.count <= FlowEncoder.maximumStringLength)
                    if text.utf8.count <= FlowEncoder.maximumStringLength { #expect(read == text) }
                    if read != text { #expect(read.utf8.count > FlowEncoder.maximumStringLength - letter.utf8.count) }
                }
            }
        }
    }

    /// The text as it arrives.
    private func sent(_ text: String) throws -> String {
        var names = NameTable(seed: 1)
        var flow = FlowRecord()
        flow[address: .sourceIPAddress] = IPAddress(v4: 1)
        flow[name: .sourcePodName] = names.id(of: text)
        var encoder = FlowEncoder(profile: .weir)
        let index = encoder.templateIndex(for: flow)
        let octets = encoder.encode(flow, by: index, names: names)
        var decoding = Decoding()
        let read = try decoding.flows(
            Wire.message(encoder.templates.flatMap(\.template.set), Wire.set(encoder.templates[index].template.id, octets)))
        return decoding.names.text(of: try #require(read.first?[name: .sourcePodName]))
    }
}
