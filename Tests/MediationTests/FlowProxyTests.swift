// SPDX-License-Identifier: Apache-2.0

import FlowModel
import IPFIX
import Mediation
import Testing

@Suite final class FlowProxyTests {
    private var names = NameTable(seed: 5)

    private func origin(
        _ side: Sample.Side, _ type: FlowType?, exporter: IPAddress? = .external, change: (inout FlowRecord) -> Void = { _ in }
    ) -> (FlowOrigin?, FlowRecord) {
        var proxy = FlowProxy(clusterID: "lab", names: &names)
        proxy.apply(
            .objects(
                ClusterObjects(pods: [
                    ClusterPod(name: "client", namespace: "lab", nodeName: "node1", labels: "{}", addresses: [.client], created: .at(-9)),
                    ClusterPod(
                        name: "web", namespace: "shop", nodeName: "node2", labels: #"{"app":"web"}"#, addresses: [.server], created: .at(-9)
                    ),
                ]), at: .at(0)), names: &names)
        var flow = Sample(side, end: 5, octets: 100, type: type).record(&names)
        change(&flow)
        let origin = proxy.complete(&flow, from: exporter, domain: 7)
        #expect(proxy.statistics.received == 1 && proxy.statistics.completed + proxy.statistics.refused == 1)
        return (origin, flow)
    }

    @Test(
        "the direction is whose pod the exporter names, for the types of flows that have one",
        arguments: [
            (.source, .interNode, .egress), (.destination, .interNode, .ingress), (.both, .interNode, .unknown),
            (.both, .intraNode, .unknown),
            (.source, .toExternal, .egress), (.destination, .fromExternal, .ingress), (.destination, .toExternal, .unknown),
            (.source, nil, .egress), (.destination, nil, .ingress), (.both, nil, .unknown),
        ] as [(Sample.Side, FlowType?, FlowDirection)])
    func direction(side: Sample.Side, type: FlowType?, expected: FlowDirection) {
        let (origin, _) = origin(side, type)
        #expect(origin == FlowOrigin(exporter: .external, observationDomainID: 7, direction: expected))
    }

    @Test("the other end, labels and cluster are added; nothing that the exporter said is changed")
    func completes() {
        let (_, flow) = origin(.source, .interNode)
        #expect(flow[name: .destinationPodName].map { names.text(of: $0) } == "web")
        #expect(flow[name: .destinationPodLabels].map { names.text(of: $0) } == #"{"app":"web"}"#)
        #expect(flow[name: .clusterId].map { names.text(of: $0) } == "lab" && flow[unsigned: .octetTotalCount] == 100)
        #expect(flow[unsigned: .flowStartSeconds] == UInt64(flow[time: .flowStartMilliseconds]?.seconds ?? 0))
    }

    @Test("a record of which an end is not known, or is of the other family, is refused and counted")
    func refuses() {
        #expect(origin(.source, nil) { $0.forget(.destinationIPAddress) }.0 == nil)
        #expect(origin(.source, nil) { $0[address: .destinationIPAddress] = IPAddress(high: 1, low: 1) }.0 == nil)
    }
}
