// SPDX-License-Identifier: Apache-2.0

import Daemon
import PacketCapture

/// How captures are metered: command line and file together.
struct CaptureSettings {
    let filter: String?
    let inner: Bool
    let isPromiscuous: Bool
    /// Octets.
    let bufferSize: Int
    private let timeouts: [CaptureTimeout]

    init(_ options: CaptureOptions, _ file: ConfigurationFile?, _ reader: inout SettingReader) {
        filter = reader.text(options.captureFilter, "capture-filter")
        inner = options.captureInner || file?.boolean("capture-inner") ?? false
        isPromiscuous = options.capturePromiscuous || file?.boolean("capture-promiscuous") ?? false
        let sizes = 1...1024
        let size = reader.either(options.captureBuffer, file?.integer("capture-buffer", in: sizes)) ?? 16
        if !sizes.contains(size) {
            reader.reject("capture-buffer", "\(size) is out of range", remedy: "write a whole number from 1 to 1024")
        }
        bufferSize = min(max(size, sizes.lowerBound), sizes.upperBound) << 20
        timeouts = reader.texts(options.captureTimeout, "capture-timeout").compactMap { text in
            reader.parsed(text, "capture-timeout", CaptureTimeout.remedy) { CaptureTimeout($0) }
        }
    }

    /// - Parameter base: the timeouts of kinds that the settings leave out.
    func metering(_ base: PacketTimeouts) -> PacketMeter.Configuration {
        var configuration = PacketMeter.Configuration()
        configuration.inner = inner
        configuration.timeouts = base
        for timeout in timeouts { configuration.timeouts[timeout.kind] = timeout.duration }
        return configuration
    }

    var live: LiveCapture.Options {
        var options = LiveCapture.Options()
        options.filter = filter
        options.isPromiscuous = isPromiscuous
        options.bufferSize = bufferSize
        return options
    }
}

/// One value of `--capture-timeout`.
struct CaptureTimeout {
    let kind: PacketTimeouts.Kind
    let duration: Duration

    static let remedy =
        "write KIND=DURATION such as udp=30s; the kinds are \(PacketTimeouts.Kind.allCases.map(\.rawValue).joined(separator: ", "))"

    init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let kind = PacketTimeouts.Kind(rawValue: String(parts[0])),
            let duration = try? DurationText.parse(String(parts[1])), duration > .zero
        else { return nil }
        self.kind = kind
        self.duration = duration
    }
}
