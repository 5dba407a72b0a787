// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// The counts of `weir decode --stats`, each with its name for programs.
struct DecodeCounts {
    let session: SessionName?
    let domain: UInt32?
    let statistics: DecodingStatistics

    /// Of everything, then of each session and domain.
    static func all(of run: DecodeRun) -> (sum: Self, rows: [Self]) {
        let rows = run.sessions.sessions.flatMap { session in
            let others = Self(session: session.name, domain: nil, statistics: session.decoder.statisticsOfNoDomain)
            return session.decoder.statisticsByDomain.map { Self(session: session.name, domain: $0.domain, statistics: $0.statistics) }
                + (others.statistics == DecodingStatistics() ? [] : [others])
        }
        return (Self(session: nil, domain: nil, statistics: run.sessions.statistics), rows)
    }

    static var names: [String] { Self(session: nil, domain: nil, statistics: DecodingStatistics()).counts.map(\.name) }

    var counts: [(name: String, count: UInt64)] {
        [
            ("messages", statistics.messages), ("octets", statistics.octets), ("sets", statistics.sets),
            ("templates", statistics.templates), ("optionsTemplates", statistics.optionsTemplates),
            ("dataRecords", statistics.dataRecords), ("optionsRecords", statistics.optionsRecords),
            ("setsWithoutTemplate", statistics.setsWithoutTemplate), ("lost", statistics.sequence.lost),
            ("reordered", statistics.sequence.reordered), ("duplicated", statistics.sequence.duplicated),
            ("malformed", statistics.malformed.total),
        ]
    }

    /// Those that are seldom anything but zero.
    var rareCounts: [(name: String, count: UInt64)] {
        [
            ("netFlow9Messages", statistics.netFlow9Messages), ("setsReleased", statistics.setsReleased),
            ("setsUnread", statistics.setsUnread),
            ("reservedSets", statistics.reservedSets), ("setsByInheritedTemplate", statistics.setsByInheritedTemplate),
            ("messagesWithTrailingOctets", statistics.messagesWithTrailingOctets), ("redefinitions", statistics.redefinitions),
            ("templatesRefused", statistics.templatesRefused), ("withdrawals", statistics.withdrawals),
            ("withdrawalsIgnored", statistics.withdrawalsIgnored), ("unsettled", statistics.sequence.unsettled),
            ("restarts", statistics.sequence.restarts),
        ]
    }

    /// The causes that there were.
    var causes: [(name: String, count: UInt64)] {
        MessageError.Cause.allCases.map { ($0.rawValue, statistics.malformed[$0]) }.filter { $0.1 > 0 }
    }

    /// One object; in the one for everything no session and no domain. The domain is null for Messages whose header cannot be read.
    var json: JSONValue {
        var members: [(String, JSONValue)] = []
        if let session { members.append(("session", .text(session.description))) }
        if session != nil { members.append(("observationDomainId", domain.map { .number(Int($0)) } ?? .text(nil))) }
        members += (counts + rareCounts).map { ($0.name, .number(Int(clamping: $0.count))) }
        members.append(("malformedByCause", .object(causes.map { ($0.name, .number(Int(clamping: $0.count))) })))
        return .object(members)
    }
}
