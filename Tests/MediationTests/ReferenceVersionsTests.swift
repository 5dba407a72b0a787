// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Mediation
import Testing

/// Exporters of the reference system's other versions: elements that are missing, in another order, or that nobody knows.
@Suite struct ReferenceVersionsTests {
    private static let fields = FlowTemplate.all(of: .antrea)[0].template.fields
    private static let octetTotal = 7, addresses = 10...11

    /// Seven for every number, a name for every text.
    private func value(of field: FieldSpecifier) -> [UInt8] {
        field.isVariableLength ? Wire.string("name") : [UInt8](repeating: 0, count: Int(field.length) - 1) + [7]
    }

    private func flows(of fields: [FieldSpecifier]) -> [FlowRecord] {
        var reader = SessionReader(exporter: "tcp://192.0.2.7"), names = NameTable(seed: 1), flows: [FlowRecord] = []
        let message = Wire.message(Template(id: 256, fields: fields).set, Wire.set(256, fields.flatMap(value)))
        #expect(
            reader.read(message, at: .at(0), names: &names) { flow, _ in
                flows.append(flow)
                return .merged
            } == nil)
        return flows
    }

    @Test("a record without any one element is read, its addresses excepted", arguments: 0..<43)
    func missing(index: Int) {
        var fields = Self.fields
        fields.remove(at: index)
        let flows = flows(of: fields)
        #expect(flows.count == (Self.addresses.contains(index) ? 0 : 1))
        guard let flow = flows.first else { return }
        #expect(flow[unsigned: .octetTotalCount] == (index == Self.octetTotal ? nil : 7))
        #expect(flow[unsigned: .flowType] == (index == 35 ? nil : 7))
    }

    @Test("elements that nobody knows are stepped over, wherever they stand", arguments: [0, 20, 43])
    func unknown(position: Int) {
        var fields = Self.fields
        let antrea = fields[16].element.enterprise
        fields.insert(
            FieldSpecifier(element: .init(enterprise: antrea, number: 9_999), length: FieldSpecifier.variableLength), at: position)
        fields.insert(FieldSpecifier(element: .init(enterprise: .iana, number: 9_998), length: 3), at: position)
        let flows = flows(of: fields)
        #expect(flows.count == 1 && flows[0][unsigned: .octetTotalCount] == 7 && flows[0].isKnown(.destinationServiceIP))
    }

    @Test("the order of elements does not matter")
    func order() {
        let flows = flows(of: Self.fields.reversed())
        #expect(flows.count == 1 && flows[0][unsigned: .octetTotalCount] == 7 && flows[0][unsigned: .sourceTransportPort] == 7)
    }
}
