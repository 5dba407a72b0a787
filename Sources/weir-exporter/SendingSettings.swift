// SPDX-License-Identifier: Apache-2.0

import CommandEntry
import Daemon
import FlowModel
import IPFIXTransport

/// How records get to their collectors, checked.
struct SendingSettings {
    let keeping: ExportKeeping
    /// Nil where every collector gets everything.
    let shares: FlowShares?
    let pathMTU: Int

    private static let mtus = 576...65_535

    init(_ options: SendingOptions, _ file: ConfigurationFile?, collectors: [Endpoint], _ reader: inout SettingReader) {
        keeping = ExportKeeping(options.keeping, file, collectors: collectors, &reader)
        let isSharded = options.shard || file?.boolean("shard") ?? false
        let names = collectors.map(\.description)
        if isSharded, names.count < 2 {
            reader.reject("shard", "there are no collectors to share among", remedy: "name two or more with --collector, or leave it out")
        }
        if isSharded, keeping.spoolDirectory == nil, Set(names).count < names.count {
            reader.reject("collector", "one is named twice", remedy: "name each once; with shares each is on its own")
        }
        shares = isSharded && names.count > 1 && Set(names).count == names.count ? FlowShares(among: names) : nil
        let mtu = reader.either(options.pathMtu, file?.integer("path-mtu", in: Self.mtus))
        if let mtu, !Self.mtus.contains(mtu) {
            reader.reject("path-mtu", "\(mtu) is out of range", remedy: "write a number from 576 to 65535")
        }
        pathMTU = mtu ?? 1500
    }

    /// The longest message to a collector. Over UDP it should fit one packet (RFC 7011 §10.3.3), with the headers of IPv6 and UDP before
    /// it and some room for a tunnel's or a record layer's; DTLS has records of 16 KiB, and streams take as much.
    func maximumMessageLength(to collector: Endpoint) -> Int {
        collector.transport == .udp ? pathMTU - 80 : collector.transport == .dtls ? min(pathMTU - 80, 16_384) : 16_384
    }
}
