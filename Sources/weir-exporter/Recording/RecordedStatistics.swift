// SPDX-License-Identifier: Apache-2.0

import IPFIX
import Metering

/// A line of a recording as words `key=value`; names are words of ``RecordingText``.
private struct RecordedWords {
    private let values: [Substring: Substring]

    init(_ line: Substring) {
        let pairs = line.split(separator: " ").compactMap { word -> (Substring, Substring)? in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        values = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    func name(_ key: Substring) -> String? { values[key].flatMap(RecordingText.name) }
    func number<Number: FixedWidthInteger>(_ key: Substring) -> Number? { values[key].flatMap { Number($0) } }
    func time(_ key: Substring) -> Timestamp? { values[key].flatMap { Timestamp(text: $0) } }
    func text(_ key: Substring) -> Substring? { values[key] }

    /// `1/2/-`, where `-` is unknown.
    func numbers(_ key: Substring, count: Int) -> [UInt64?]? {
        guard let words = values[key]?.split(separator: "/"), words.count == count else { return nil }
        let numbers = words.map { $0 == "-" ? nil : UInt64($0) }
        return zip(words, numbers).allSatisfy { $0 == "-" || $1 != nil } ? numbers : nil
    }
}

extension RecordingText {
    static func line(_ statistics: RuleStatistics) -> String {
        let rule = statistics.rule
        return [
            "node=\(word(statistics.node))", "rule=\(rule.number)", rule.direction.map { "direction=\($0.rawValue)" },
            "action=\(rule.action)", "from=\(statistics.intervalStart)", "time=\(statistics.time)",
            "growth=\(text(statistics.growth.numbers))", "total=\(text(statistics.total.numbers))",
        ].compactMap { $0 }.joined(separator: " ")
    }

    static func line(_ statistics: PortStatistics) -> String {
        let port = statistics.port
        return [
            "node=\(word(statistics.node))", "number=\(port.number)", "interface=\(word(port.interface))",
            port.pod.map { "pod=\(word($0.name)) namespace=\(word($0.namespace))" }, "from=\(statistics.intervalStart)",
            "time=\(statistics.time)", "growth=\(text(statistics.growth.numbers))", "total=\(text(statistics.total.numbers))",
        ].compactMap { $0 }.joined(separator: " ")
    }

    private static func text(_ numbers: [UInt64?]) -> String { numbers.map { $0.map(String.init) ?? "-" }.joined(separator: "/") }
}

extension RuleStatistics {
    init?(recorded line: Substring) {
        let words = RecordedWords(line)
        let actions: [Substring: RuleAction] = ["allow": .allow, "drop": .drop, "reject": .reject]
        guard let node = words.name("node"), let number: UInt32 = words.number("rule"), let time = words.time("time"),
            let action = words.text("action").flatMap({ actions[$0] }), let start = words.time("from"),
            let growth = words.numbers("growth", count: 3).flatMap(RuleCounters.init(numbers:)),
            let total = words.numbers("total", count: 3).flatMap(RuleCounters.init(numbers:))
        else { return nil }
        let direction = words.text("direction").map { PolicyRule.Direction(rawValue: String($0)) }
        if case .some(.none) = direction { return nil }
        let rule = PolicyRuleID(number: number, direction: direction ?? nil, action: action)
        self.init(node: node, rule: rule, time: time, intervalStart: start, growth: growth, total: total)
    }
}

extension PortStatistics {
    init?(recorded line: Substring) {
        let words = RecordedWords(line)
        guard let node = words.name("node"), let number: UInt32 = words.number("number"), let interface = words.name("interface"),
            let start = words.time("from"), let time = words.time("time"),
            let growth = words.numbers("growth", count: 8).flatMap(PortCounters.init(numbers:)),
            let total = words.numbers("total", count: 8).flatMap(PortCounters.init(numbers:))
        else { return nil }
        var pod: LocalPod?
        if let name = words.name("pod"), let namespace = words.name("namespace") {
            pod = LocalPod(name: name, namespace: namespace, addresses: [], interface: interface)
        }
        let port = SwitchPort(number: number, interface: interface, pod: pod)
        self.init(node: node, port: port, time: time, intervalStart: start, growth: growth, total: total)
    }
}

extension RuleCounters {
    fileprivate var numbers: [UInt64?] { [sessions, packets, octets] }

    fileprivate init?(numbers: [UInt64?]) {
        guard let sessions = numbers[0], let packets = numbers[1], let octets = numbers[2] else { return nil }
        self.init(sessions: sessions, packets: packets, octets: octets)
    }
}

extension PortCounters {
    fileprivate var numbers: [UInt64?] {
        [receivedPackets, sentPackets, receivedOctets, sentOctets, receivedDropped, sentDropped, receivedErrors, sentErrors]
    }

    fileprivate init?(numbers: [UInt64?]) {
        self.init(
            receivedPackets: numbers[0], sentPackets: numbers[1], receivedOctets: numbers[2], sentOctets: numbers[3],
            receivedDropped: numbers[4], sentDropped: numbers[5], receivedErrors: numbers[6], sentErrors: numbers[7])
    }
}
