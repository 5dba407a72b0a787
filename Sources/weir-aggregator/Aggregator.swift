// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
public import CommandEntry
import Daemon
import FlowStore
import IPFIXTransport
import Kubernetes
import Logging

@main
struct Aggregator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-aggregator",
        abstract: "Collects IPFIX from every node, joins the halves of connections, and stores flows in SQLite.",
        discussion: """
            Listens until it is told to stop by Ctrl-C or SIGTERM; then it stores what it has and ends within five seconds.
            Every option may stand in a YAML file instead, under its name without the dashes; the command line wins.

            EXAMPLES
              weir-aggregator --store flows.db --tls-certificate aggregator.crt --tls-key aggregator.key --tls-ca ca.crt
              weir-aggregator --store flows.db --insecure
              weir-aggregator --store flows.db --listen tcp://127.0.0.1:4739 --listen udp://127.0.0.1:4739 --insecure
              kubectl get nodes,pods,services -A -o json > objects.json
              weir-aggregator --store flows.db --objects objects.json --insecure
              weir-aggregator --store flows.db --kubernetes in-cluster --insecure
              weir-aggregator --mode proxy --kubernetes in-cluster --collector tcp://192.0.2.7:4739 --insecure
              weir-aggregator --config aggregator.yaml

            EXIT STATUS
              0 stopped in good order, 1 something was lost or the store failed, 2 could not start
            """,
        version: "0.1.0")

    @OptionGroup var options: AggregatorOptions

    func run() throws {
        try CommandEntry.begin("weir-aggregator", verbose: options.verbose) { clock, logger in
            let configuration = try AggregatorConfiguration(options)
            if let proxy = configuration.proxy {
                try ProxyPipeline(configuration, proxy, clock: clock, logger: logger).run()
            } else {
                try AggregatorPipeline(configuration, clock: clock, logger: logger).run()
            }
        }
    }

    static func main() {
        Signals.prepare()
        CommandEntry.run(Self.self)
    }
}

extension CollectingError: CannotStart {}
extension APIServerError: CannotStart {}
extension ObjectsFileError: CannotStart {}
extension StoreError: CannotStart {}
