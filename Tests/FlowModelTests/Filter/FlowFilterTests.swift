// SPDX-License-Identifier: Apache-2.0

import FlowModel
import FlowTesting
import IPFIX
import Testing

/// What the filter language means, by filters and the records that they hold for.
@Suite struct FlowFilterTests {
    /// A web pod's connection to a database, denied at the database's end.
    private static func example(_ names: inout NameTable) -> FlowRecord {
        var record = FlowRecord()
        record[name: .sourcePodName] = names.id(of: "web-7d9f8c6b5d-x2v4z")
        record[name: .sourcePodNamespace] = names.id(of: "shop")
        record[name: .sourceNodeName] = names.id(of: "node-a")
        record[name: .sourcePodLabels] = names.id(of: #"{"app":"web","app.kubernetes.io/part-of":"shop","note":"a \"tier\":\"x\""}"#)
        record[name: .destinationPodName] = names.id(of: "db-0")
        record[name: .destinationPodNamespace] = names.id(of: "data")
        record[name: .destinationServicePortName] = names.id(of: "data/db:postgres")
        record[name: .ingressNetworkPolicyName] = names.id(of: "isolate")
        record[name: .ingressNetworkPolicyNamespace] = names.id(of: "data")
        record[unsigned: .ingressNetworkPolicyRuleAction] = 2
        record[unsigned: .egressNetworkPolicyRuleAction] = 1
        record[address: .sourceIPAddress] = IPAddress("10.10.0.5")
        record[address: .destinationIPAddress] = IPAddress("10.10.1.7")
        record[unsigned: .sourceTransportPort] = 40_000
        record[unsigned: .destinationTransportPort] = 5432
        record[unsigned: .protocolIdentifier] = 6
        record[unsigned: .flowType] = 2
        record[unsigned: .octetDeltaCount] = 900_000
        record[unsigned: .reverseOctetDeltaCount] = 200_000
        record[unsigned: .packetDeltaCount] = 700
        record[time: .flowStartMilliseconds] = Timestamp(year: 2026, month: 11, day: 23, hour: 10)
        record[time: .flowEndMilliseconds] = Timestamp(year: 2026, month: 11, day: 23, hour: 10, minute: 1)
        record[uuid: .sourcePodUUID] = (high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        return record
    }

    private func holds(_ filter: String) throws -> Bool {
        var names = NameTable(seed: 1)
        let record = Self.example(&names)
        return try FlowFilter(parsing: filter).holds(for: record, names)
    }

    @Test(
        "holds for the example",
        arguments: [
            "sourcePodNamespace = \"shop\" and not destinationTransportPort in (80, 443) and octetDeltaCount > 100k",
            "sourcePodNamespace = shop", "sourcePodNamespace == 'shop'", "sourcePodNamespace != data", "sourcePodNamespace in [data, shop]",
            "sourcePodNamespace not in (data, \"kube-system\")", "sourcePodName ~ ^web-", "sourcePodName !~ ^db",
            "(sourcePodName ~ ^(web|api)-)",
            "sourcePodName = web-*", "pod db-0", "pod data/db-0", "not pod shop/db-0", "pod in (web, shop/web-*)", "pod ~ (web|db)",
            "source pod web-*",
            "not source pod db-0", "dst pod db-0", "pod != nobody", "not pod != db-0", "namespace data", "namespace = shop",
            "src namespace shop",
            "workload web", "workload shop/web", "workload db", "not workload we", "node node-a", "not destination node node-a",
            "ip 10.10.0.5", "ip in 10.0.0.0/8", "ip 10.10.1.0/24", "source ip 10.10.0.0/24", "not source ip 10.10.1.0/24", "host 10.10.1.7",
            "subnet 10.10.0.0/23", "not ip in fd00::/8", "ip in (fd00::/8, 10.10.0.5)", "port 5432", "port = 5432", "port 5000-6000",
            "src port 40k",
            "not dst port 40000", "port > 1024", "port in (53, 5400-5500)", "service data/db:postgres", "service data/db", "service db",
            "service db:postgres",
            "not service postgres", "service in (x, db)", "protocol tcp", "proto TCP", "tcp", "protocolIdentifier = 6",
            "protocolIdentifier in (udp, tcp)", "not udp",
            "denied", "dropped", "not rejected", "not allowed", "ingressNetworkPolicyRuleAction = drop", "policy isolate",
            "policy data/isolate",
            "policy ~ iso", "not source policy isolate", "flowType = interNode", "flowType = inter-node", "interNode", "type inter-node",
            "not external",
            "ipv4", "not ipv6", "label app", "label app=web", "label app = web", "label app != db", "source label app in (db, web)",
            "not label tier",
            "label app.kubernetes.io/part-of=shop", "not destination label app", "octets > 1M", "octets = 1100k", "bytes < 1.2MB",
            "packets <= 700",
            "octetDeltaCount < 1Mi", "not reversePacketDeltaCount < 1000", "not packetTotalCount > 0", "packetTotalCount != 0",
            "packetTotalCount is unknown", "egressName is unknown",
            "sourcePodName is known", "sourcePodName is not unknown", "duration = 1m", "duration >= 59s and duration < 60001ms",
            "flowEndMilliseconds >= 2026-11-23T10:01Z", "flowEndMilliseconds < 2026-11-23T11:02+01:00",
            "flowStartSeconds = 2026-11-23T10:00:00Z",
            "sourcePodUUID = 01234567-89ab-cdef-fedc-ba9876543210", "!(udp || icmp) && tcp", "NOT udp AND tcp", "not not tcp",
            "udp or tcp and denied", "tcp or udp and external",
        ])
    func holding(filter: String) throws {
        #expect(try holds(filter))
    }

    @Test("a time without a zone is in the zone that the caller names")
    func localTime() throws {
        let filter = try FlowFilter(parsing: "flowEndMilliseconds < 2026-11-23T10:00") { $0 - .seconds(3600) }
        #expect("\(filter)" == "flowEndMilliseconds < 2026-11-23T09:00:00.000Z")
    }

    @Test("type and code of ICMP are told apart")
    func icmp() throws {
        var record = FlowRecord()
        let names = NameTable(seed: 1)
        record[unsigned: .icmpTypeCode] = 3 * 256 + 4
        for filter in ["icmpType 3", "icmpCode 4", "icmpTypeCode = 3/4", "icmpType in (0, 3) and not icmpCode 3", "icmpType != 8"] {
            #expect(try FlowFilter(parsing: filter).holds(for: record, names), "\(filter)")
        }
    }

    @Test(
        "a wrong filter is refused, with the place and what is wrong there",
        arguments: [
            ("", 0..<0, "it is empty"), ("sourcePodNam = x", 0..<12, "there is no field or word 'sourcePodNam'"),
            ("tcp and", 7..<7, "the end stands where a field"), ("tcp udp", 4..<7, "'tcp' is a condition by itself"),
            ("(tcp or udp", 0..<1, "'(' has no ')'"), ("tcp)", 3..<4, "')' cannot stand here"),
            ("sourcePodName = \"x", 16..<17, "not closed"),
            ("destinationTransportPort = 70x", 27..<30, "'70x' is not a number"), ("port in (80 443)", 12..<15, "stands where ',' or ')'"),
            ("port in", 7..<7, "value is expected"), ("ip 10.0.0.0/33", 3..<14, "neither an address nor a prefix"),
            ("sourcePodName > 3", 14..<15, "compares numbers and times"),
            ("port ~ 8.", 5..<6, "'~' looks into names"), ("sourcePodName ~ we(b", 18..<20, "'(' has no ')'"),
            ("sourcePodName tcp", 14..<17, "an operator such as '='"), ("sourcePodName", 0..<13, "a value is missing"),
            ("source tcp", 7..<10, "'source' goes before"),
            ("source octets > 1", 7..<13, "'source' goes before"), ("flowType = interNod", 11..<19, "no value of flowType"),
            ("flowEndMilliseconds > yesterday", 22..<31, "is not a time"), ("sourcePodUUID = 12", 16..<18, "is not a UUID"),
            ("label", 5..<5, "the key of a label is missing"),
            ("label app > 3", 10..<11, "compared by '=' or 'in'"), ("sourcePodName is missing", 17..<24, "'unknown' or 'known'"),
            ("port 9-8", 5..<8, "ends before it begins"),
            ("octets > 99999999999999999999", 9..<29, "is not a number up to"), ("octets > 1.0001k", 9..<16, "is not a number"),
            ("pod = #", 6..<7, "no meaning here"),
            ("sourcePodName not x", 18..<19, "'not' is followed by 'in'"), ("duration > 10", 11..<13, "is not a span"),
            ("icmpType 256", 9..<12, "0 to 255"),
            ("pod = and", 6..<9, "a word of the language stands in quotes"), (#"pod = "\u{110000}""#, 7..<16, "hexadecimal"),
        ])
    func refused(filter: String, place: Range<Int>, problem: String) throws {
        let error = try #require(throws: FilterError.self) { try FlowFilter(parsing: filter) }
        #expect(error.place == place && error.problem.contains(problem), "\(error)")
    }

    @Test("what may be meant is among the known words")
    func known() throws {
        let field = try #require(throws: FilterError.self) { try FlowFilter(parsing: "tcp and sourcePodNam = x") }
        #expect(field.known.contains("sourcePodName") && field.known.contains("pod") && field.found == "sourcePodNam")
        let value = try #require(throws: FilterError.self) { try FlowFilter(parsing: "flowType = interNod") }
        #expect(value.known.contains("interNode"))
    }

    @Test("nesting, length and number of comparisons are bounded")
    func bounds() throws {
        for filter in [
            String(repeating: "(", count: 60) + "tcp" + String(repeating: ")", count: 60),
            String(repeating: "not ", count: 100_000) + "tcp",
            Array(repeating: "tcp", count: 401).joined(separator: " or "),
            "pod in (" + Array(repeating: "a/b", count: 300).joined(separator: ",") + ")",
        ] {
            #expect(throws: FilterError.self) { try FlowFilter(parsing: filter) }
        }
        #expect(throws: Never.self) { try FlowFilter(parsing: Array(repeating: "tcp", count: 400).joined(separator: " or ")) }
    }

    @Test("the fields that a filter reads are known, and whether they are of single intervals")
    func fields() throws {
        let names = try FlowFilter(parsing: "denied and port 53")
        #expect(
            names.fields == [
                .ingressNetworkPolicyRuleAction, .egressNetworkPolicyRuleAction, .sourceTransportPort, .destinationTransportPort,
            ]
                && !names.isAboutSingleIntervals)
        for filter in ["octets > 1", "tcpState = ESTABLISHED", "duration > 1s", "flowStartMilliseconds > 2026-11-23"] {
            #expect(try FlowFilter(parsing: filter).isAboutSingleIntervals)
        }
    }

    @Test("a filter that is written and read again is the same", arguments: 1...60 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var names = NameTable(seed: seed)
        let records = (0..<5).map { _ in
            FlowRecord.random(family: Bool.random(using: &generator) ? .v4 : .v6, names: &names, using: &generator)
        }
        for _ in 0..<20 {
            let filter = FlowFilter.random(about: records, names, using: &generator)
            #expect(try FlowFilter(parsing: "\(filter)") == filter, "seed \(seed): \(filter)")
        }
    }
}
