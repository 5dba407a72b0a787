// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import IPFIX
import Testing

@testable import FlowModel

@Suite struct ProxiedFlowPackerTests {
    /// What the reference's proxied template has behind the 43 elements of exporters.
    private static let tail: [(UInt32, UInt16)] = [(56506, 143), (56506, 144), (56506, 158), (0, 405), (0, 403), (0, 404), (0, 61)]

    @Test("the reference's fifty elements come first, in its order; the antrea profile has no others", arguments: ExportProfile.allCases)
    func order(profile: ExportProfile) {
        let packer = ProxiedFlowPacker(profile: profile, maximumLength: 1420)
        #expect(packer.templates.map(\.id) == (profile == .weir ? [256, 257, 258, 259] : [256, 257]))
        let exporters = FlowTemplate.all(of: .antrea)
        for (template, exporter) in zip(packer.templates, exporters) {
            let elements = template.fields.map(\.element)
            #expect(elements.count == (profile == .weir ? 53 : 50))
            // The same as exporters send, with the last four in the aggregated record's order: port, address, ClusterIP, Service.
            let told = exporter.template.fields.map(\.element)
            #expect(Array(elements[..<40]) == Array(told[..<40]) && Set(elements[..<43]) == Set(told))
            #expect(elements[40..<43].map(\.number) == (exporter.family == .v4 ? [170, 106, 168] : [171, 107, 169]))
            #expect(elements[43..<50].map { ($0.enterprise.rawValue, $0.number) }.elementsEqual(Self.tail) { $0 == $1 })
            #expect(elements[50...].map(\.number) == (profile == .weir ? [152, 153, exporter.family == .v4 ? 32 : 139] : []))
        }
        // As long as the reference's record of which every string is empty.
        if profile == .antrea { #expect(packer.templates.map(\.minimumRecordLength) == [152, 212]) }
    }

    @Test(
        "what was packed is read back, with its origin",
        arguments: ["192.0.2.7", "2001:db8::7", nil] as [String?], FlowDirection.allCases)
    func roundTrip(exporter: String?, direction: FlowDirection) throws {
        var generator = SeededGenerator(seed: 7)
        var names = NameTable(seed: 7)
        let address = exporter.flatMap { IPAddress($0) }
        let origin = FlowOrigin(exporter: address, observationDomainID: 0xDEAD_BEEF, direction: direction)
        let isV4 = address?.family == .v4
        let expected = Wire.octets(
            UInt32(0xDEAD_BEEF), isV4 ? address?.v4 ?? 0 : 0, isV4 ? 0 : address?.high ?? 0, isV4 ? 0 : address?.low ?? 0,
            direction.rawValue)
        for number in 0..<40 {
            let flow = FlowRecord.random(family: number % 3 == 0 ? .v6 : .v4, names: &names, using: &generator)
            var packer = ProxiedFlowPacker(profile: .weir, maximumLength: 16_384)
            let full = packer.append(flow, from: origin, names: names)
            let last = packer.flush()
            let body = try #require(last)
            #expect(full == nil)
            #expect(body.sets.firstRange(of: expected) != nil, "record \(number)")
            var decoding = Decoding()
            _ = try decoding.flows(Wire.message(packer.templateBodies.flatMap { $0 }))
            let read = try decoding.flows(Wire.message(body.sets))
            #expect(read.count == 1)
            for field in [FlowField.octetTotalCount, .reversePacketDeltaCount, .flowType, .proxySnatPort, .icmpTypeCode] {
                #expect(read.first?[unsigned: field] == flow[unsigned: field], "record \(number), \(field)")
            }
            for field in [FlowField.sourcePodName, .destinationPodLabels, .clusterId, .tcpState] {
                #expect(read.first?[name: field].map { decoding.names.text(of: $0) } == flow[name: field].map { names.text(of: $0) })
            }
            #expect(read.first?[time: .flowEndMilliseconds] == flow[time: .flowEndMilliseconds])
            #expect(read.first?.proxiedDirection == direction)
        }
    }
    @Test("a direction without an origin is an interface's, and says nothing of halves")
    func foreignDirection() throws {
        let template = Template(
            id: 300,
            fields: [FieldSpecifier(.sourceIPv4Address), FieldSpecifier(.destinationIPv4Address), FieldSpecifier(.flowDirection)])
        var decoding = Decoding()
        let read = try decoding.flows(Wire.message(template.set, Wire.set(300, Wire.octets(UInt32(1), UInt32(2), UInt8(1)))))
        #expect(read.count == 1 && read.first?.proxiedDirection == nil)
    }

    @Test("names that are no ASCII, and long ones, are sent as ever: whole characters, cut at the limit")
    func names() throws {
        var names = NameTable(seed: 7)
        for text in ["", "web", "größe-日本", String(repeating: "x", count: 300), String(repeating: "é", count: 200)] {
            var flow = FlowRecord()
            flow[address: .sourceIPAddress] = IPAddress(v4: 1)
            flow[address: .destinationIPAddress] = IPAddress(v4: 2)
            flow[name: .sourcePodName] = names.id(of: text)
            var packer = ProxiedFlowPacker(profile: .weir, maximumLength: 16_384)
            _ = packer.append(flow, from: FlowOrigin(exporter: nil, observationDomainID: 1, direction: .unknown), names: names)
            var decoding = Decoding()
            _ = try decoding.flows(Wire.message(packer.templateBodies.flatMap { $0 }))
            let body = packer.flush()
            let read = try decoding.flows(Wire.message(try #require(body).sets))
            let expected = String(Substring(FlowEncoder.cut(text)))
            #expect(read.first?[name: .sourcePodName].map { decoding.names.text(of: $0) } ?? "" == expected)
        }
    }
}
