// SPDX-License-Identifier: Apache-2.0

/// What became of a record.
public enum Reception: Sendable, Hashable {
    /// A connection took it in.
    case merged
    /// It names no connection, or its times cannot be.
    case refused
    /// It ended longer ago than anything is still changed.
    case late
}
