// SPDX-License-Identifier: Apache-2.0

import IPFIX
import JSON
import Metering
import Testing

@testable import OpenVSwitch

@Suite struct InterfaceTableTests {
    private func recordedMessages() throws -> [[UInt8]] {
        var stream = JSONStream()
        let octets = try Fixture.octets("ovs/interface-monitor.json-stream")
        try stream.consume(octets.span)
        var messages: [[UInt8]] = []
        while let message = stream.next() { messages.append(message) }
        return messages
    }

    private func row(_ externalIDs: [String: String]) -> String {
        let pairs = externalIDs.map { "[\"\($0.key)\",\"\($0.value)\"]" }.joined(separator: ",")
        return
            "{\"result\":{\"Interface\":{\"u\":{\"new\":{\"name\":\"if1\",\"ofport\":[\"set\",[]],\"external_ids\":[\"map\",[\(pairs)]]}}}}}"
    }

    @Test("a recorded session gives the pods before and after each change")
    func recordedSession() throws {
        let messages = try recordedMessages()
        try #require(messages.count == 6)
        var table = InterfaceTable()
        func pod(_ interface: String) -> LocalPod? { table.pods.first { $0.interface == interface } }

        try table.apply(message: messages[0])
        #expect(table.pods.map(\.interface) == ["client-1-abc010", "db-1-abc012", "web-1-abc011"])
        #expect(table.pods.map(\.name) == ["client-1", "db-1", "web-1"] && table.pods.allSatisfy { $0.namespace == "lab" })
        #expect(table.pods.first?.addresses == [IPAddress("10.10.1.2")!, IPAddress("fd10:10:1::2")!])
        #expect(table.ports["client-1-abc010"] == 10 && table.ports["antrea-gw0"] == 2)

        #expect(table.switchPorts.first { $0.number == 10 }?.pod?.name == "client-1")
        #expect(table.switchPorts.first { $0.number == 2 } == SwitchPort(number: 2, interface: "antrea-gw0", pod: nil))

        try table.apply(message: messages[1])
        #expect(pod("tmp1")?.addresses == [IPAddress("10.10.1.77")!, IPAddress("fd10:10:1::77")!] && table.ports["tmp1"] == nil)
        try table.apply(message: messages[2])
        #expect(table.ports["tmp1"] == 3)
        try table.apply(message: messages[3])
        #expect(pod("tmp1")?.addresses == [IPAddress("10.10.1.78")!])
        try table.apply(message: messages[4])
        #expect(
            pod("tmp1")
                == LocalPod(
                    name: "tmp", namespace: "ns", addresses: [IPAddress("10.10.1.79")!, IPAddress("fd10::79")!], interface: "tmp1"))
        try table.apply(message: messages[5])
        #expect(pod("tmp1") == nil && table.pods.count == 3)
    }

    @Test(
        "a pod is named in Antrea's or OVN's way, or not at all",
        arguments: [
            (["pod-name": "a", "pod-namespace": "n", "ip-address": "'10.0.0.1', fd00::1"], "n/a 10.0.0.1 fd00::1"),
            (["pod-name": "a", "pod-namespace": "n", "iface-id": "x_y"], "n/a"),
            (["iface-id": "n_a", "ip_addresses": "10.0.0.1/24,10.0.0.2/24"], "n/a 10.0.0.1"), (["iface-id": "n_a-0_b"], "n/a-0_b"),
            (["pod-name": "a", "pod-namespace": "n", "ip-address": "soon"], "n/a"), (["pod-name": "a"], nil),
            (["iface-id": "5f0e"], nil), (["iface-id": "_a"], nil), (["iface-id": "n_"], nil), ([:], nil),
        ] as [([String: String], String?)])
    func identities(externalIDs: [String: String], expected: String?) throws {
        var table = InterfaceTable()
        try table.apply(message: Array(row(externalIDs).utf8))
        let text = table.pods.first.map { (["\($0.namespace)/\($0.name)"] + $0.addresses.map(\.description)).joined(separator: " ") }
        #expect(text == expected)
    }

    @Test("other messages change nothing")
    func otherMessages() throws {
        var table = InterfaceTable()
        try table.apply(message: try recordedMessages()[0])
        let before = table
        for text in [
            #"{"method":"echo","params":[],"id":"echo"}"#, #"{"id":1,"result":null,"error":"x"}"#, #"{"method":"locked","params":["a"]}"#,
            "{}",
        ] {
            #expect(try !table.apply(message: Array(text.utf8)))
        }
        try table.apply(message: Array(#"{"method":"update","params":["weir",{"Port":{"u":{}}}]}"#.utf8))
        #expect(table == before)
    }

    @Test(
        "an update that does not follow the protocol is an error and changes nothing",
        arguments: [
            "3", #"{"u":3}"#, #"{"u":{"new":3}}"#, #"{"u":{"new":{}}}"#, #"{"u":{"new":{"name":"x","external_ids":["set",[]]}}}"#,
            #"{"u":{"new":{"name":"x","external_ids":["map",[["a"]]]}}}"#,
        ])
    func malformedUpdates(rows: String) throws {
        var table = InterfaceTable()
        try table.apply(message: try recordedMessages()[0])
        let before = table
        #expect(throws: OpenVSwitchError.self) {
            try table.apply(message: Array("{\"method\":\"update\",\"params\":[\"weir\",{\"Interface\":\(rows)}]}".utf8))
        }
        #expect(table == before)
    }

    @Test("no octets make it trap", arguments: 0..<4 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        let messages = try recordedMessages()
        var generator = SeededGenerator(seed: seed)
        var table = InterfaceTable()
        for _ in 0..<500 {
            let octets = generator.mutated(messages.randomElement(using: &generator) ?? [])
            _ = try? table.apply(message: octets)
            var stream = JSONStream()
            try? stream.consume(octets.span)
            _ = table.pods
        }
    }
}
