// SPDX-License-Identifier: Apache-2.0

internal import IPFIX

/// What a record tells of times, in any of the ways that IPFIX has.
struct RecordTimes {
    let exportTime: Timestamp
    var duration: Duration?
    private var start: Told?
    private var end: Told?
    private var observation: Told?

    private struct Told {
        let time: Timestamp
        let precision: RecordMeaning.Precision
    }

    init(exportTime: Timestamp) {
        self.exportTime = exportTime
    }

    /// A zero is what a template sends where there is no time.
    mutating func tell(_ moment: RecordMeaning.Moment, _ precision: RecordMeaning.Precision, _ value: Value) {
        guard let time = value.time(precision), time.milliseconds != 0 else { return }
        tell(moment, Told(time: time, precision: precision))
    }

    mutating func tell(_ moment: RecordMeaning.Moment, microsecondsBeforeExport microseconds: UInt64?) {
        guard let microseconds else { return }
        tell(moment, Told(time: exportTime - .microseconds(Int64(clamping: microseconds)), precision: .finer))
    }

    private mutating func tell(_ moment: RecordMeaning.Moment, _ told: Told) {
        switch moment {
        case .start: start = Self.better(start, told)
        case .end: end = Self.better(end, told)
        case .observation: observation = Self.better(observation, told)
        }
    }

    private static func better(_ known: Told?, _ new: Told) -> Told {
        guard let known, known.precision >= new.precision else { return new }
        return known
    }

    func resolve(into flow: inout MappedFlow) {
        let afterStart = start.flatMap { start in duration.map { start.time + $0 } }
        let told = end?.time ?? afterStart ?? observation?.time ?? start?.time
        let end = told ?? exportTime
        flow.isTimeOfExport = told == nil
        flow.record[time: .flowEndMilliseconds] = end
        flow.record[time: .flowStartMilliseconds] = start?.time ?? duration.map { end - $0 }
    }
}

extension Value {
    /// A number that is not negative; a time's is its seconds.
    var integer: UInt64? {
        switch self {
        case .unsigned(let value): value
        case .signed(let value): UInt64(exactly: value)
        case .boolean(let value): value ? 1 : 0
        case .dateTime(let time): UInt64(exactly: time.seconds)
        default: nil
        }
    }

    /// A number without a type is milliseconds.
    var time: Timestamp? { time(.milliseconds) }

    /// - Parameter precision: of what a number without a type counts.
    func time(_ precision: RecordMeaning.Precision) -> Timestamp? {
        if case .dateTime(let time) = self { return time.timestamp }
        guard let integer, let number = Int64(exactly: integer) else { return nil }
        return switch precision {
        case .seconds: Timestamp(seconds: number)
        case .milliseconds: Timestamp(milliseconds: number)
        case .finer: nil
        }
    }

    var text: String {
        switch self {
        case .string(let text): text
        case .octets(let octets): String(decoding: octets, as: UTF8.self)
        default: description
        }
    }
}
