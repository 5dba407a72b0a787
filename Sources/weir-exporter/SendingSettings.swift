// SPDX-License-Identifier: Apache-2.0

import Daemon
import FlowModel
import IPFIXTransport

/// How records get to their collectors, checked.
struct SendingSettings {
    /// Where each collector has a directory of its own; nil where nothing is kept on disk.
    let spoolDirectory: String?
    let spoolLimit: Int
    let resendWindow: Duration
    /// Nil where every collector gets everything.
    let shares: FlowShares?
    let pathMTU: Int

    private static let spoolSizes = 1 << 20...1 << 40
    private static let mtus = 576...65_535
    private static let longestWindow = Duration.seconds(600)

    init(_ options: SendingOptions, _ file: ConfigurationFile?, collectors: [Endpoint], _ reader: inout SettingReader) {
        spoolDirectory = reader.text(options.spool, "spool")
        let size = reader.text(options.spoolSize, "spool-size")
        let remedy = "write a size from 1MiB to 1TiB, such as 256MiB"
        spoolLimit =
            reader.parsed(size, "spool-size", remedy) { text in SizeText.parse(text).flatMap { Self.spoolSizes.contains($0) ? $0 : nil } }
            ?? 256 << 20
        if size != nil, spoolDirectory == nil {
            reader.reject("spool-size", "nothing is kept on disk", remedy: "add --spool DIR, or leave it out")
        }
        let window = reader.either(options.resendWindow, file?.duration("resend-window", in: .zero...Self.longestWindow))
        if let window, window > Self.longestWindow {
            reader.reject("resend-window", "\(DurationText.text(for: window)) is out of range", remedy: "write 0s to 600s")
        }
        resendWindow = window ?? .seconds(30)
        let isSharded = options.shard || file?.boolean("shard") ?? false
        let names = collectors.map(\.description)
        if isSharded, names.count < 2 {
            reader.reject("shard", "there are no collectors to share among", remedy: "name two or more with --collector, or leave it out")
        }
        if isSharded || spoolDirectory != nil, Set(names).count < names.count {
            reader.reject("collector", "one is named twice", remedy: "name each once; with a spool or shares each is on its own")
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

    /// The directory of a collector's spool below the one that was given: its transport, host and port, with nothing but letters, digits,
    /// points and dashes.
    func spoolDirectory(for collector: Endpoint) -> String? {
        let name = String(collector.description.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "_" })
        return spoolDirectory.map { "\($0)/\(name)" }
    }
}
