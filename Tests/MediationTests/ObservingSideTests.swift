// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Testing

@testable import Mediation

@Suite struct ObservingSideTests {
    @Test("an exporter names the pods of its own node, and so says which side it is")
    func sides() {
        var names = NameTable(seed: 1)
        #expect(ObservingSide(of: Sample(.source, end: 1, octets: 1).record(&names)) == .sourceNode)
        #expect(ObservingSide(of: Sample(.destination, end: 1, octets: 1).record(&names)) == .destinationNode)
        #expect(ObservingSide(of: Sample(.both, end: 1, octets: 1).record(&names)) == .only)
        #expect(ObservingSide(of: FlowRecord()) == .only)
    }

    @Test("what was passed on names both ends, and says which half it was; a client that was passed on is its node's")
    func proxied() {
        var names = NameTable(seed: 1)
        var flow = Sample(.both, end: 1, octets: 1).record(&names)
        for (direction, side) in [(FlowDirection.egress, ObservingSide.sourceNode), (.ingress, .destinationNode), (.unknown, .only)] {
            flow.proxiedDirection = direction
            #expect(ObservingSide(of: flow) == side)
        }
        flow[unsigned: .flowType] = UInt64(FlowType.fromExternal.rawValue)
        flow[address: .proxySnatIP] = .service
        #expect(ObservingSide(of: flow) == .sourceNode)
    }

    @Test("each side is the authority for its own end, one that sees both for both, nobody for the key")
    func authority() {
        #expect(ObservingSide.sourceNode.isAuthority(for: .sourceNode) && !ObservingSide.sourceNode.isAuthority(for: .destinationNode))
        #expect(
            ObservingSide.destinationNode.isAuthority(for: .destinationNode) && !ObservingSide.destinationNode.isAuthority(for: .sourceNode)
        )
        #expect(ObservingSide.only.isAuthority(for: .sourceNode) && ObservingSide.only.isAuthority(for: .destinationNode))
        for side in ObservingSide.allCases {
            #expect(!side.isAuthority(for: .key) && !side.isAuthority(for: .eachNode) && !side.isAuthority(for: .mediator))
        }
    }
}
