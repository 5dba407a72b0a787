// SPDX-License-Identifier: Apache-2.0

/// A message with where it comes from.
struct OutgoingMessage: Sendable, Hashable {
    let message: ExportedMessage
    /// The segment of the spool that it is to be released of; nil when it never was in one.
    var segment: UInt64?
    /// What it was written with, where it is not what the Exporting Process opens its sessions with.
    var templates: [[UInt8]]?
    /// Whether it was sent in an earlier session.
    var isRepeated = false
}
