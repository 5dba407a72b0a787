// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Metering
import Testing

/// Connections from outside the cluster, by way of the host's own translation in zone 0.
@Suite struct ExternalClientTests {
    private static let node = IPAddress(v4: 0xC0A8_0001)

    /// The client's connection to a NodePort, translated to the pod; its source to the gateway unless the traffic policy is Local.
    private func host(isTranslated: Bool = true, port: UInt16 = 61_000) -> Connection {
        Connection(
            original: .init(source: .external, destination: Self.node, sourcePort: 50_000, destinationPort: 30_080),
            reply: .init(
                source: .server, destination: isTranslated ? .gateway : .external, sourcePort: 8080,
                destinationPort: isTranslated ? port : 50_000), protocolIdentifier: 6, zone: 0, id: 1, start: .at(0))
    }

    private func inside(isTranslated: Bool = true) -> Connection {
        .sample(from: isTranslated ? .gateway : .external, to: .server, port: isTranslated ? 61_000 : 50_000)
    }

    @Test("the client stands as the source, its stand-in as the proxy's, and what it asked for as the Service")
    func recovers() {
        var node = Node()
        node.process.update(services: [.init(address: Self.node, port: 30_080, protocolIdentifier: 6): "shop/web:http"])
        node.poll([host(), inside()], at: 0)
        let record = node.poll([host(), inside()], at: 5).first
        #expect(record?[address: .sourceIPAddress] == .external && record?[unsigned: .sourceTransportPort] == 50_000)
        #expect(record?[address: .proxySnatIP] == .gateway && record?[unsigned: .proxySnatPort] == 61_000)
        #expect(record?[address: .destinationServiceIP] == Self.node && record?[unsigned: .destinationServicePort] == 30_080)
        #expect(record?.type == .fromExternal && node.text(.destinationPodName, of: record) == "web-1")
        #expect(node.text(.destinationServicePortName, of: record) == "shop/web:http")
        #expect(node.process.statistics.correlated == 2)
    }

    @Test("under externalTrafficPolicy Local the source is the client already, and no proxy is told")
    func localPolicy() {
        var node = Node()
        node.poll([inside(isTranslated: false), host(isTranslated: false)], at: 0)
        let record = node.poll([inside(isTranslated: false)], at: 5).first
        #expect(record?[address: .sourceIPAddress] == .external && record?.isKnown(.proxySnatIP) == false)
        #expect(record?[unsigned: .destinationServicePort] == 30_080 && record?.type == .fromExternal)
    }

    @Test("what becomes known after the first record does not make another connection of it")
    func late() {
        var node = Node()
        node.poll([inside()], at: 0)
        node.poll([inside()], at: 5)
        let record = node.poll([host(), inside().counted(2)], at: 10).first
        #expect(record?[address: .sourceIPAddress] == .gateway)
    }

    @Test("another port, or an entry without translation, is nobody's")
    func others() {
        var node = Node { $0.gateways = [.gateway] }
        let plain = Connection.sample(from: .gateway, to: .server, port: 61_000).with { $0.zone = 0 }
        node.poll([host(port: 61_001), plain, inside()], at: 0)
        let record = node.poll([inside()], at: 5).first
        #expect(record?[address: .sourceIPAddress] == .gateway && record?.type == .interNode)
    }

    @Test("an entry that was not seen for two minutes is forgotten")
    func forgotten() {
        var node = Node()
        node.poll([host()], at: 0)
        node.poll([host(port: 1)], at: 61)
        node.poll([host(port: 1)], at: 122)
        node.poll([inside()], at: 123)
        #expect(node.poll([inside()], at: 128).first?[address: .sourceIPAddress] == .gateway)
    }

    @Test("a client that the node passes on to a pod of another is told of as well, by the address that stood for it there")
    func passedOn() {
        var node = Node { $0.gateways = [.gateway] }
        let outside = host().with { $0.reply.source = .remote }
        let inside = Connection.sample(from: .gateway, to: .remote, port: 61_000)
        let own = Connection.sample(from: .gateway, to: .remote, port: 61_001)
        node.poll([outside, inside, own], at: 0)
        let records = node.poll([outside, inside.counted(2), own], at: 5)
        #expect(records.count == 1 && node.process.statistics.notLocal == 2)
        let record = records.first
        #expect(record?[address: .sourceIPAddress] == .external && record?[address: .destinationIPAddress] == .remote)
        #expect(record?[address: .proxySnatIP] == .gateway && record?[unsigned: .proxySnatPort] == 61_000)
        #expect(record?.type == .fromExternal && record?.isKnown(.destinationPodName) == false)
    }

    @Test("where it is switched off, or zone 0 is metered, its connections stand for themselves")
    func off() {
        var node = Node { $0.recoversExternalClients = false }
        node.poll([host()], at: 0)
        #expect(node.process.statistics.otherZone == 1)
        var metered = Node {
            $0.zones = [0, 65520]; $0.acceptedMarkMask = 0
        }
        metered.poll([host()], at: 0)
        #expect(metered.process.statistics.metered == 1)
    }
}
