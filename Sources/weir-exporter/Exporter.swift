// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CommandEntry
import Daemon
import Logging

@main
struct Exporter: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weir-exporter",
        abstract: "Meters the connections of this node's Open vSwitch and sends them as IPFIX.",
        discussion: """
            Reads connection tracking (of OVS over its control socket, or of the kernel over netlink), names local pods from OVSDB,
            and sends a record when a connection has changed or ended. Ctrl-C or SIGTERM sends what is left and ends within five seconds.
            Every option may stand in a YAML file instead, under its name without the dashes; the command line wins.

            EXAMPLES
              weir-exporter --collector tls://aggregator:4740 --tls-certificate node1.crt --tls-key node1.key --tls-ca ca.crt
              weir-exporter --collector tcp://aggregator:4739 --insecure
              weir-exporter --source conntrack --collector udp://192.0.2.1:4739 --insecure
              weir-exporter --source conntrack --all-connections --mark-mask 0 --zone all --once
              weir-exporter --source ovs --accounting-table 86 --rules rules.yaml --collector tcp://aggregator:4739 --insecure
              weir-exporter --collector tcp://aggregator:4739 --insecure --spool /var/lib/weir/spool --spool-size 1GiB
              weir-exporter --collector tcp://a:4739 --collector tcp://b:4739 --shard --insecure
              weir-exporter --record recording --collector tcp://127.0.0.1:4739 --insecure
              weir-exporter --source replay:recording/node1 --collector tcp://127.0.0.1:4739 --insecure
              weir-exporter --source pcap:capture.pcap --once -o json
              weir-exporter --source pcap:eth0 --capture-filter 'not port 4739' --collector tcp://aggregator:4739 --insecure
              weir-exporter --config exporter.yaml

            EXIT STATUS
              0 stopped in good order, 1 something could not be read or metered could not be sent, 2 could not start
            """,
        version: "0.1.0")

    @OptionGroup var options: ExporterOptions

    func run() throws {
        try CommandEntry.begin("weir-exporter", verbose: options.verbose) { clock, logger in
            let pipeline = try ExporterPipeline(try ExporterConfiguration(options), clock: clock, logger: logger)
            let isDone = options.once ? try pipeline.printOnce() : try pipeline.run()
            if !isDone { throw ExitCode(ExitStatus.failure) }
        }
    }

    static func main() {
        Signals.prepare()
        CommandEntry.run(Self.self)
    }
}
