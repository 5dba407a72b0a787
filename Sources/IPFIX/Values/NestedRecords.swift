// SPDX-License-Identifier: Apache-2.0

/// What a list has of one template.
public enum NestedRecords: Sendable, Hashable {
    /// In wire order; may be empty.
    case decoded([DataRecord])
    /// The template is not known, or the octets are not records of it.
    case octets([UInt8])
}
