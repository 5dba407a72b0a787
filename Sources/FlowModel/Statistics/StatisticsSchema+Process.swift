// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// Processes of an exporter (RFC 7011 §4.1–§4.3), and counters by name.
///
/// Each record tells since when its totals count and when they were read: a total that is smaller than before then tells a restart from a
/// record that came late. The two drop times of the reliability statistics are the two observation times that the RFC asks for.
extension StatisticsSchema {
    static let meteringProcess: [StatisticsFieldDefinition] =
        [
            domain,
            define(.meteringProcessId, StatisticsElement.meteringProcessId, .scope, "Which Metering Process of the domain."),
        ] + times + [
            define(
                .exportedMessageTotalCount, StatisticsElement.exportedMessageTotalCount, .total,
                "Messages that were sent to this collector."),
            define(
                .exportedFlowRecordTotalCount, StatisticsElement.exportedFlowRecordTotalCount, .total,
                "Flow records that were sent to this collector."),
            define(
                .exportedOctetTotalCount, StatisticsElement.exportedOctetTotalCount, .total, "Octets that were sent to this collector."),
            define(
                .observedFlowTotalCount, StatisticsElement.observedFlowTotalCount, .total, in: .flows, "Connections that were metered."),
        ]

    static let meteringProcessReliability: [StatisticsFieldDefinition] =
        [
            domain,
            define(.meteringProcessId, StatisticsElement.meteringProcessId, .scope, "Which Metering Process of the domain."),
        ] + times + [
            define(
                .ignoredPacketTotalCount, StatisticsElement.ignoredPacketTotalCount, .total,
                "Packets that were observed but not metered for lack of resources."),
            define(
                .ignoredOctetTotalCount, StatisticsElement.ignoredOctetTotalCount, .total, in: .octets,
                "Octets of those packets."),
        ] + dropTimes

    static let exportingProcessReliability: [StatisticsFieldDefinition] =
        [
            define(
                .exportingProcessId, StatisticsElement.exportingProcessId, .scope,
                "Which Exporting Process of the exporter: it has one for each collector.")
        ] + times + [
            define(
                .notSentFlowTotalCount, StatisticsElement.notSentFlowTotalCount, .total,
                "Flow records that were made and given up instead of being sent to this collector."),
            define(
                .notSentPacketTotalCount, StatisticsElement.notSentPacketTotalCount, .total, in: .volume, "Packets in those records."),
            define(
                .notSentOctetTotalCount, StatisticsElement.notSentOctetTotalCount, .total, in: .volume, "Octets in those records."),
        ] + dropTimes

    static let nodeCounter: [StatisticsFieldDefinition] =
        [
            domain,
            define(.selectorName, StatisticsElement.selectorName, .scope, isZeroUnknown: true, "The counter's name."),
        ] + times + [
            define(
                .selectorIDTotalFlowsObserved, StatisticsElement.selectorIDTotalFlowsObserved, .total,
                "The counter's value, in the unit that its name says; connections or packets if it says none.")
        ]

    private static let domain = define(
        .observationDomainId, StatisticsElement.observationDomainId, .scope, "The Observation Domain that the record tells of.")

    private static let times = [
        define(
            .monitoringIntervalStartMilliSeconds, StatisticsElement.monitoringIntervalStartMilliSeconds, .time, isZeroUnknown: true,
            "Milliseconds since 1970-01-01T00:00:00Z from which the totals count: when the process began."),
        define(
            .monitoringIntervalEndMilliSeconds, StatisticsElement.monitoringIntervalEndMilliSeconds, .time, isZeroUnknown: true,
            "Milliseconds since 1970-01-01T00:00:00Z up to which the totals count: when they were read."),
        define(.sourceNodeName, .sourceNodeName, .identity, isZeroUnknown: true, "The node of the exporter."),
    ]

    private static let dropTimes = [
        define(
            .firstDropMilliseconds, StatisticsElement.observationTimeMilliseconds, .time, isZeroUnknown: true,
            "When the first of them was given up; the element's first occurrence, and zero if there was none."),
        define(
            .lastDropMilliseconds, StatisticsElement.observationTimeMilliseconds, occurrence: 1, .time, isZeroUnknown: true,
            "When the last of them was given up; the element's second occurrence, and zero if there was none."),
    ]
}
