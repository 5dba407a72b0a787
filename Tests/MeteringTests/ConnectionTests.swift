// SPDX-License-Identifier: Apache-2.0

import Metering
import Testing

@Suite struct ConnectionTests {
    @Test("the label's low words are the rules of ingress and egress")
    func label() {
        let label = Connection.Label(high: .max, low: 0x1234_5678_9ABC_DEF0)
        #expect(label.ingressRule == 0x9ABC_DEF0 && label.egressRule == 0x1234_5678)
        #expect(Connection.Label().ingressRule == 0 && Connection.Label().egressRule == 0)
    }

    @Test("every state has a name of its own, and four of them are the end")
    func states() {
        #expect(Set(Connection.TCPState.allCases.map(\.name)).count == Connection.TCPState.allCases.count)
        #expect(Connection.TCPState.allCases.filter(\.isEnded) == [.timeWait, .close, .closed, .finWait2])
    }

    @Test("status bits are the kernel's")
    func status() {
        #expect(Connection.Status.dying.rawValue == 512 && Connection.Status.assured.rawValue == 4)
        #expect(Connection.Status(rawValue: 0x18E).contains([.seenReply, .assured, .confirmed]))
    }
}
