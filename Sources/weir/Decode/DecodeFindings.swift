// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What is wrong with the files: told on standard error as it is found, and counted.
struct DecodeFindings {
    /// Messages of which the end is missing, cut by the capture or by the end of the file or stream.
    private(set) var messagesCut = 0
    /// Octets of streams and files that belong to no Message.
    private(set) var octetsSkipped = 0
    /// Octets of TCP streams that were never captured.
    private(set) var octetsMissing = 0
    /// Files that could not be read to their end.
    private(set) var filesDamaged = 0

    /// Captures in which no payload was taken for a message.
    private(set) var filesWithoutMessages = 0

    private let isSilent: Bool
    private var lines = 0
    private var untold = 0

    private static let maximumLines = 50

    /// - Parameter isSilent: whether the same is told another time.
    init(isSilent: Bool = false) {
        self.isSilent = isSilent
    }

    mutating func malformed(_ error: MessageError, at place: String) { tell(place, "malformed: \(error)") }

    mutating func unreadable(_ reason: String, at place: String) { tell(place, "cannot be read: \(reason)") }

    mutating func cut(octets: Int, expected: Int, at place: String) {
        messagesCut += 1
        tell(place, "cut off: \(octets) octets of \(expected) are there")
    }

    mutating func skipped(octets: Int, at place: String) {
        octetsSkipped += octets
        tell(place, "\(octets) octets that are no message were passed over")
    }

    mutating func gap(octets: Int, at place: String) {
        octetsMissing += octets
        tell(place, "\(octets) octets of the stream were not captured")
    }

    mutating func noMessages(in file: String) {
        filesWithoutMessages += 1
        tell(file, "there is no IPFIX or NetFlow v9 in it")
    }

    mutating func damaged(_ message: String) {
        filesDamaged += 1
        tell(nil, message)
    }

    /// Tells what only the end shows: what is missing in each session, and how much was not told singly.
    mutating func finish(_ sessions: [DecodedSession]) {
        for session in sessions {
            for (domain, statistics) in session.decoder.statisticsByDomain {
                let missing = Missing(statistics)
                if !missing.isNothing { tell("\(session.name), domain \(domain)", missing.description) }
            }
        }
        if untold > 0, !isSilent { Output.errorLine("weir: and \(untold) more; --stats counts them") }
    }

    private mutating func tell(_ place: String?, _ text: String) {
        guard !isSilent else { return }
        guard lines < Self.maximumLines else {
            untold += 1
            return
        }
        lines += 1
        let line = [place, text].compactMap { $0 }.joined(separator: ": ")
        Output.errorLine("weir: \(TerminalText.safe(line))")
    }
}

/// What the sequence numbers and templates say is missing.
struct Missing: CustomStringConvertible {
    /// Data Records; of NetFlow v9 packets.
    let lost: UInt64
    let lostNoun: String
    /// Data Sets that were never read because their template did not come, or because there was no room to wait for it.
    let setsUnread: UInt64

    init(_ statistics: DecodingStatistics) {
        lost = statistics.sequence.lost
        lostNoun = statistics.netFlow9Messages > 0 ? "packet" : "record"
        setsUnread = statistics.setsUnread
    }

    var isNothing: Bool { lost == 0 && setsUnread == 0 }

    var description: String {
        var parts: [String] = []
        if lost > 0 { parts.append("\(plural(Int(clamping: lost), lostNoun)) lost by the sequence numbers") }
        if setsUnread > 0 { parts.append("\(plural(Int(clamping: setsUnread), "set")) without template") }
        return parts.joined(separator: ", ")
    }
}

extension DecodingStatistics {
    /// Data Sets that were not read. Those without octets have nothing to read.
    var setsUnread: UInt64 { setsKept - setsReleased + setsWithoutRoom }
}
