// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

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
        }
    }
}
