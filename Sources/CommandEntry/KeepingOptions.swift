// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Daemon
public import IPFIXTransport

/// What is kept of records for a collector that is away or slow, on the command line.
public struct KeepingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep what a collector cannot take on disk, below DIR, until it can; a directory for each collector.", valueName: "DIR"))
    var spool: String?

    @Option(help: ArgumentHelp("The most that is kept on disk for each collector (default: 256MiB).", valueName: "SIZE"))
    var spoolSize: String?

    @Option(
        help: ArgumentHelp(
            "What was sent so lately is sent again when the connection to a collector was lost, 0s for nothing (default: 30s).",
            valueName: "DURATION"), transform: DurationText.parse)
    var resendWindow: Duration?

    public init() {}
}

extension ExportKeeping {
    private static let spoolSizes = 1 << 20...1 << 40
    private static let longestWindow = Duration.seconds(600)

    /// Command line and file together, checked.
    ///
    /// - Parameter collectors: with a spool each has a directory of its own, so none may be named twice.
    public init(_ options: KeepingOptions, _ file: ConfigurationFile?, collectors: [Endpoint], _ reader: inout SettingReader) {
        self.init(spoolDirectory: reader.text(options.spool, "spool"))
        let size = reader.text(options.spoolSize, "spool-size")
        let remedy = "write a size from 1MiB to 1TiB, such as 256MiB"
        let octets = reader.parsed(size, "spool-size", remedy) { text in
            SizeText.parse(text).flatMap { Self.spoolSizes.contains($0) ? $0 : nil }
        }
        if let octets { spoolLimit = octets }
        if size != nil, spoolDirectory == nil {
            reader.reject("spool-size", "nothing is kept on disk", remedy: "add --spool DIR, or leave it out")
        }
        let window = reader.either(options.resendWindow, file?.duration("resend-window", in: .zero...Self.longestWindow))
        if let window, window > Self.longestWindow {
            reader.reject("resend-window", "\(DurationText.text(for: window)) is out of range", remedy: "write 0s to 600s")
        }
        if let window { resendWindow = window }
        if spoolDirectory != nil, Set(collectors.map(\.description)).count < collectors.count {
            reader.reject("collector", "one is named twice", remedy: "name each once; with a spool each is on its own")
        }
    }
}

extension KeepingOptions {
    /// The settings that command line or file give.
    public func given(_ file: ConfigurationFile?) -> [String] {
        [
            ("spool", spool != nil || file?.string("spool") != nil), ("spool-size", spoolSize != nil || file?.string("spool-size") != nil),
            ("resend-window", resendWindow != nil || file?.duration("resend-window") != nil),
        ].filter(\.1).map(\.0)
    }
}

/// A spool that cannot be used stops the program before it has begun.
extension SpoolError: CannotStart {}
