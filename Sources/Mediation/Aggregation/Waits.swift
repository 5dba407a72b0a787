// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What is looked at for each record, in milliseconds: a `Duration` has a hundred and twenty-eight bits.
struct Waits: Sendable {
    let lead, age, tolerance: UInt64
    let correlation, inactive, idle: Int64

    init(_ configuration: MediationConfiguration) {
        lead = UInt64(max(0, configuration.acceptedLead.wholeMilliseconds))
        age = UInt64(max(0, configuration.acceptedAge.wholeMilliseconds))
        tolerance = UInt64(max(0, configuration.clockTolerance.wholeMilliseconds))
        correlation = configuration.correlationTimeout.wholeMilliseconds
        inactive = configuration.inactiveTimeout.wholeMilliseconds
        idle = configuration.idleTimeout.wholeMilliseconds
    }
}
