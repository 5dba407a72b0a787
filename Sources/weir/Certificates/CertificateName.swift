// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import IPFIX
internal import TransportSecurity

/// Names as they may stand in certificates and file names.
enum CertificateName {
    /// X.509's bound of a common name (RFC 5280, ub-common-name).
    private static let limit = 64

    /// Refuses what would begin another name, another folder or another line.
    static func check(_ text: String, option: String) throws {
        let isSound = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0 != "," && $0 != "/" && $0.value != 127 }
        guard !text.isEmpty, text.utf8.count <= limit, isSound, !text.hasPrefix(".") else {
            throw ValidationError(
                "\(option) '\(TerminalText.safe(text))' cannot be a name: it must have 1 to \(limit) octets, without comma, slash or "
                    + "control characters, and not begin with a point.")
        }
    }

    static func host(_ text: String) -> AlternativeName {
        IPAddress(text) == nil ? .dns(text) : .address(text)
    }
}
