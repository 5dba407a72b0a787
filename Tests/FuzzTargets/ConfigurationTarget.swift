// SPDX-License-Identifier: Apache-2.0

internal import Daemon

/// A file is refused when it is read, or says at the end what is wrong with it; each problem can be shown.
enum ConfigurationTarget {
    private enum Profile: String, CaseIterable { case weir, antrea }

    static func run(_ octets: [UInt8]) {
        do throws(ConfigurationProblems) {
            let file = try ConfigurationFile(text: String(decoding: octets, as: UTF8.self), name: "weir.yaml")
            _ = file.string("store")
            _ = file.strings("listen")
            _ = file.strings("collector")
            _ = file.duration("window", in: .seconds(1) ... .seconds(3600))
            _ = file.duration("poll-interval")
            _ = file.integer("accounting-table", in: 0...254)
            _ = file.boolean("all-connections")
            _ = file.choice("profile", of: Profile.self)
            _ = file.string("section.key")
            try file.finish()
        } catch {
            precondition(!error.description.isEmpty, "a problem without a word")
        }
    }
}
