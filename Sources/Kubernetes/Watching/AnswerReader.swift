// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON
internal import Mediation

/// Understands what an API server answers: pages of lists, events of watches, and errors. Octets from outside: what they are not is an
/// error, and never more than that.
package struct AnswerReader: Sendable {
    let kind: ClusterKind
    /// Objects that lacked what is needed of them.
    private(set) var skipped: UInt64 = 0

    enum Event: Sendable, Hashable {
        case changes([ClusterChange], objects: Int, resourceVersion: String?)
        case bookmark(resourceVersion: String?)
        /// The watch is over; a Status says why (API concepts, "410 Gone").
        case error(code: Int, message: String)
        /// Of a type that this version does not know.
        case unknown
    }

    init(kind: ClusterKind) {
        self.kind = kind
    }

    /// A page of a list. Nil when it is none.
    mutating func page(_ octets: [UInt8], at now: Timestamp) -> (page: ListWatch.Page, objects: ClusterObjects)? {
        var reader = JSONReader(octets)
        guard let document = try? ObjectDocument(&reader), reader.isAtEnd(), document.top.kind == "\(kind.objectKind)List" else {
            return nil
        }
        var objects = ClusterObjects()
        for object in document.objects { add(object, to: &objects, at: now) }
        return (
            ListWatch.Page(resourceVersion: document.top.resourceVersion, continueToken: document.top.continueToken), objects
        )
    }

    /// One event of a watch. Nil when it is none.
    mutating func event(_ octets: [UInt8], at now: Timestamp) -> Event? {
        var reader = JSONReader(octets)
        var type: String?
        var object: ObjectFields?
        do throws(JSONReader.Malformed) {
            try reader.members { name, reader throws(JSONReader.Malformed) in
                switch name {
                case "type": type = try reader.text()
                case "object": object = try ObjectFields(&reader)
                default: break
                }
            }
        } catch {
            return nil
        }
        guard let type, var object else { return nil }
        switch type {
        case "BOOKMARK": return .bookmark(resourceVersion: object.resourceVersion)
        case "ERROR": return .error(code: object.code ?? 500, message: object.message ?? object.reason ?? "no reason given")
        case "ADDED", "MODIFIED":
            object.kind = object.kind ?? kind.objectKind
            var objects = ClusterObjects()
            add(object, to: &objects, at: now)
            let isEmpty = objects == ClusterObjects()
            return .changes(isEmpty ? [] : [.objects(objects, at: now)], objects: isEmpty ? 0 : 1, resourceVersion: object.resourceVersion)
        case "DELETED":
            guard let name = object.name else { return nil }
            let change = ClusterChange.removed(kind, namespace: object.namespace ?? "", name: name, at: now)
            return .changes([change], objects: 1, resourceVersion: object.resourceVersion)
        default: return .unknown
        }
    }

    /// What a Status says of an answer with an error; the beginning of it when it is none.
    static func message(_ octets: [UInt8]) -> String {
        var reader = JSONReader(octets)
        if let status = try? ObjectFields(&reader), let message = status.message ?? status.reason { return message }
        let beginning = String(decoding: octets.prefix(200), as: UTF8.self)
        return beginning.isEmpty ? "no text" : beginning
    }

    /// How many objects and errors there are in octets, taken for every answer that they could be. For fuzzers.
    package static func count(in octets: [UInt8]) -> Int {
        let now = Timestamp(seconds: 1_800_000_000)
        var count = message(octets).isEmpty ? 0 : 1
        for kind in ClusterKind.allCases {
            var reader = AnswerReader(kind: kind)
            if let (_, objects) = reader.page(octets, at: now) {
                count += objects.pods.count + objects.services.count + objects.nodes.count
            }
            var stream = JSONStream(messageLimitInOctets: 1 << 20)
            guard (try? stream.consume(octets.span)) != nil else { continue }
            while let event = stream.next() {
                if case .changes(let changes, _, _) = reader.event(event, at: now) { count += changes.count }
            }
        }
        return count
    }

    private mutating func add(_ object: ObjectFields, to objects: inout ClusterObjects, at now: Timestamp) {
        guard object.kind == kind.objectKind, objects.add(object, at: now) else {
            skipped += 1
            return
        }
    }
}

extension ClusterKind {
    /// As the API names an object of the kind.
    var objectKind: String {
        switch self {
        case .pods: "Pod"
        case .services: "Service"
        case .nodes: "Node"
        }
    }

    /// Where the API has all of them, in all namespaces.
    var path: String { "/api/v1/\(self)" }
}
