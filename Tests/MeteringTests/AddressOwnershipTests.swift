// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering
import Testing

@Suite struct AddressOwnershipTests {
    private func pod(_ name: String, _ addresses: IPAddress...) -> LocalPod {
        LocalPod(name: name, namespace: "lab", addresses: addresses, interface: name)
    }

    @Test("an address that is used again belongs to each pod for its own time")
    func reuse() {
        var ownership = AddressOwnership()
        ownership.update([pod("a", .client)], at: .at(100))
        ownership.update([], at: .at(200))
        ownership.update([pod("b", .client)], at: .at(203))
        #expect(ownership.owner(of: .client, at: .at(150))?.name == "a")
        #expect(ownership.owner(of: .client, at: .at(199.999))?.name == "a")
        #expect(ownership.owner(of: .client, at: .at(201))?.name == "b", "b may have sent before its port was named")
        #expect(ownership.owner(of: .client, at: .at(300))?.name == "b")
        #expect(ownership.owner(of: .client)?.name == "b")
        #expect(ownership.history(of: .client).map(\.to) == [.at(200), nil])
    }

    @Test("a pod's first packets may come before its name, but not long before")
    func leeway() {
        var ownership = AddressOwnership(leeway: .seconds(30))
        ownership.update([pod("a", .client)], at: .at(100))
        #expect(ownership.owner(of: .client, at: .at(70))?.name == "a")
        #expect(ownership.owner(of: .client, at: .at(69)) == nil)
        #expect(ownership.owner(of: .server, at: .at(100)) == nil)
    }

    @Test("a pod that gains an address keeps the one it has")
    func secondAddress() {
        var ownership = AddressOwnership()
        ownership.update([pod("a", .client)], at: .at(100))
        ownership.update([pod("a", .client, .server)], at: .at(200))
        #expect(ownership.owner(of: .client, at: .at(150))?.name == "a" && ownership.owner(of: .client, at: .at(250))?.name == "a")
        #expect(ownership.owner(of: .server, at: .at(250))?.name == "a" && ownership.owner(of: .server, at: .at(150)) == nil)
    }

    @Test("what has ended is forgotten after a while, and an address has only so many owners")
    func bounds() {
        var ownership = AddressOwnership(memory: .seconds(600))
        for second in 0..<100 { ownership.update([pod("p\(second)", .client)], at: .at(Double(second))) }
        #expect(ownership.history(of: .client).count == AddressOwnership.intervalsPerAddress)
        ownership.update([], at: .at(100))
        ownership.update([], at: .at(701))
        #expect(ownership.history(of: .client).isEmpty)
    }

    @Test("two pods that name one address, and a clock that was set back, do no harm")
    func contradictions() {
        var ownership = AddressOwnership()
        ownership.update([pod("a", .client), pod("b", .client)], at: .at(100))
        #expect(ownership.owner(of: .client)?.name == "a")
        ownership.update([], at: .at(50))
        #expect(ownership.history(of: .client).allSatisfy { $0.to.map { end in end >= .at(100) } ?? false })
    }
}
