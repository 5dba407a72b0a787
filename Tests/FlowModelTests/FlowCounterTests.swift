// SPDX-License-Identifier: Apache-2.0

import FlowModel
import Testing

@Suite struct FlowCounterTests {
    @Test(
        "a counter's fields carry its name, its scope and what they count",
        arguments: [
            (FlowCounter.packets, "packet"), (.octets, "octet"), (.reversePackets, "reversePacket"), (.reverseOctets, "reverseOctet"),
        ])
    func names(counter: FlowCounter, stem: String) {
        for (scope, suffix) in [(FlowCounter.Scope.common, ""), (.sourceNode, "FromSourceNode"), (.destinationNode, "FromDestinationNode")]
        {
            #expect(FlowSchema.name(of: counter.total(scope)) == stem + "TotalCount" + suffix)
            #expect(FlowSchema.name(of: counter.delta(scope)) == stem + "DeltaCount" + suffix)
        }
    }
}
