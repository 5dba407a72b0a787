// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

@Suite struct ServiceIndexTests {
    private func place(_ address: IPAddress = .service, _ port: UInt16 = 80, _ transport: UInt8 = 6) -> TransportAddress {
        TransportAddress(address: address, port: port, protocolIdentifier: transport)
    }

    private func name(_ index: ServiceIndex, _ place: TransportAddress, isNode: Bool = false, at second: Double = 10) -> UInt32? {
        index.name(of: place, isNode: isNode, at: .at(second))?.rawValue
    }

    @Test("a Service is found by address, port and protocol together")
    func find() {
        var index = ServiceIndex()
        index.assign(place(), to: NameID(rawValue: 1), from: .at(0), knownBy: .at(1))
        #expect(name(index, place()) == 1)
        #expect(
            name(index, place(.service, 81)) == nil && name(index, place(.service, 80, 17)) == nil && name(index, place(.server)) == nil)
    }

    @Test("an address that another Service has now was the other's when a flow began then")
    func moved() {
        var index = ServiceIndex()
        index.assign(place(), to: NameID(rawValue: 1), from: .at(0), knownBy: .at(1))
        index.release(place(), of: NameID(rawValue: 1), at: .at(20))
        index.assign(place(), to: NameID(rawValue: 2), from: .at(25), knownBy: .at(26))
        #expect(name(index, place(), at: 19) == 1 && name(index, place(), at: 22) == nil && name(index, place(), at: 25) == 2)
    }

    @Test("a NodePort is a Service's on the addresses of nodes only")
    func nodePorts() {
        var index = ServiceIndex()
        index.assign(nodePort: 30080, 6, to: NameID(rawValue: 1), from: .at(0), knownBy: .at(1))
        #expect(name(index, place(.server, 30080), isNode: true) == 1 && name(index, place(.server, 30080)) == nil)
        #expect(name(index, place(.server, 30080, 17), isNode: true) == nil)
        index.release(nodePort: 30080, 6, of: NameID(rawValue: 1), at: .at(5))
        #expect(name(index, place(.server, 30080), isNode: true) == nil && index.count == 1)
    }
}
