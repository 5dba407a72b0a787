// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CommandEntry
import Daemon
import IPFIXTransport

/// The command line. What is left out comes from the configuration file, or is the default.
struct AggregatorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A YAML file with any of these options.", valueName: "FILE"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "`aggregate` joins and stores; `proxy` completes each record on its own and passes it on (default: aggregate).",
            valueName: "MODE"))
    var mode: String?

    @Option(
        help: ArgumentHelp("Proxy: where to pass records on to; may be repeated, each gets everything.", valueName: "ENDPOINT"),
        transform: { try Endpoint($0) })
    var collector: [Endpoint] = []

    @Option(help: ArgumentHelp("Proxy: `weir`, or `antrea` for exactly the reference's elements (default: weir).", valueName: "PROFILE"))
    var profile: String?

    @OptionGroup(title: "Proxy")
    var keeping: KeepingOptions

    @Option(help: ArgumentHelp("The SQLite file to store flows in; made if it is not there (default: flows.db).", valueName: "FILE"))
    var store: String?

    @Option(
        help: ArgumentHelp("Where to collect; may be repeated (default: tls://[::]:4740 and dtls://[::]:4740).", valueName: "ENDPOINT"),
        transform: { try Endpoint($0) })
    var listen: [Endpoint] = []

    @Option(help: ArgumentHelp("Kubernetes objects, as `kubectl get nodes,pods,services -A -o json` prints them.", valueName: "FILE"))
    var objects: String?

    @Option(
        help: ArgumentHelp(
            "Follow the pods, Services and nodes of a cluster: `in-cluster` by this pod's service account, or `kubeconfig[:FILE]`.",
            valueName: "ACCESS"))
    var kubernetes: String?

    @Option(
        help: ArgumentHelp("How often a lasting connection is stored (default: 60s).", valueName: "DURATION"), transform: DurationText.parse
    )
    var window: Duration?

    @Option(
        help: ArgumentHelp("How long a half waits for the other node's before it is stored alone (default: 10s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var correlationTimeout: Duration?

    @Option(
        help: ArgumentHelp("Silence after which a connection is forgotten (default: 180s).", valueName: "DURATION"),
        transform: DurationText.parse)
    var inactiveTimeout: Duration?

    @Option(
        help: ArgumentHelp(
            "Age at which a record is late: counted, not stored (default: the retention of intervals, at least 1d; 0s for never).",
            valueName: "DURATION"),
        transform: DurationText.parse)
    var lateAfter: Duration?

    @Option(help: ArgumentHelp("What clusterId says of every flow.", valueName: "TEXT"))
    var clusterID: String?

    @OptionGroup(title: "Security")
    var security: SecurityOptions

    @Option(
        help: ArgumentHelp(
            "What becomes of a record that names another node than its sender's certificate: refuse or relabel (default: refuse).",
            valueName: "WORD"))
    var nodeMismatch: String?

    @OptionGroup(title: "Limits")
    var collecting: CollectingOptions

    @OptionGroup(title: "Retention")
    var retention: RetentionOptions

    @Flag(help: "Say more on standard error.")
    var verbose = false
}
