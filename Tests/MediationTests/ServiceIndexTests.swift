// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

@Suite struct ServiceIndexTests {
    @Test("a Service is found by address, port and protocol together, and renamed by the last word")
    func find() {
        var index = ServiceIndex()
        index.insert(NameID(rawValue: 1), address: .service, port: 80, protocolIdentifier: 6)
        #expect(index.name(address: .service, port: 80, protocolIdentifier: 6)?.rawValue == 1)
        #expect(index.name(address: .service, port: 81, protocolIdentifier: 6) == nil)
        #expect(index.name(address: .service, port: 80, protocolIdentifier: 17) == nil)
        #expect(index.name(address: .server, port: 80, protocolIdentifier: 6) == nil)
        index.insert(NameID(rawValue: 2), address: .service, port: 80, protocolIdentifier: 6)
        #expect(index.count == 1 && index.name(address: .service, port: 80, protocolIdentifier: 6)?.rawValue == 2)
    }
}
