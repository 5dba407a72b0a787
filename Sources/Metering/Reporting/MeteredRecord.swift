// SPDX-License-Identifier: Apache-2.0

public import FlowModel

/// A record that is due, and the collectors it is for: those that had been told the same before.
public struct MeteredRecord: Sendable {
    public var flow: FlowRecord
    public var collectors: CollectorSet
}
