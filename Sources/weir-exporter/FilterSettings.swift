// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIX
import Metering

/// Which connections are left out, beyond zones, mark and pods.
struct FilterSettings {
    private let protocols: [UInt8]
    private let networks, excludedNetworks: [IPPrefix]
    private let gateways: [IPAddress]
    private let recoversExternalClients: Bool

    init(_ options: ExporterOptions, _ file: ConfigurationFile?, _ reader: inout SettingReader) {
        protocols = reader.values(options.protocols, "protocol", "write tcp, udp, sctp, icmp, icmpv6 or a number") {
            ProtocolName.number($0)
        }
        networks = reader.networks(options.network, "network")
        excludedNetworks = reader.networks(options.excludeNetwork, "exclude-network")
        gateways = reader.values(options.gateway, "gateway", "write an address such as 10.10.1.1") { IPAddress($0) }
        recoversExternalClients = !(options.noExternalClients || file?.boolean("no-external-clients") ?? false)
    }

    func apply(to metering: inout MeteringConfiguration) {
        metering.protocols = protocols.isEmpty ? nil : Set(protocols)
        metering.networks = networks
        metering.excludedNetworks = excludedNetworks
        metering.gateways = Set(gateways)
        metering.recoversExternalClients = recoversExternalClients
    }
}

extension SettingReader {
    /// The values of a list, of the command line or the file; each that is none is noted.
    mutating func values<Value>(_ arguments: [String], _ path: String, _ remedy: String, _ parse: (String) -> Value?) -> [Value] {
        var values: [Value] = []
        for text in texts(arguments, path) {
            if let value = parsed(text, path, remedy, parse) { values.append(value) }
        }
        return values
    }

    mutating func networks(_ arguments: [String], _ path: String) -> [IPPrefix] {
        values(arguments, path, "write a network such as 10.10.0.0/16") { IPPrefix($0) }
    }
}

extension ReplayRun.Pace {
    /// `max`, or a number from 0.01 to 1000; nil for anything else.
    init?(_ text: String) {
        if text == "max" {
            self = .unlimited
        } else if let speed = Double(text), (0.01...1000).contains(speed) {
            self = .times(speed)
        } else {
            return nil
        }
    }
}
