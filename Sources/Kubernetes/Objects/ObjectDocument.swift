// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON
internal import Mediation

/// A document of the API: a list of objects, or one object.
struct ObjectDocument {
    /// The list itself, or the object.
    let top: ObjectFields
    /// The list's objects, or the one. Items of a `PodList` carry no kind of their own.
    private(set) var objects: [ObjectFields] = []

    /// Reads the document that comes next.
    init(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        var top = ObjectFields()
        var items: [ObjectFields]?
        try reader.members { name, reader throws(JSONReader.Malformed) in
            guard name == "items" else { return try top.read(name, &reader) }
            var list: [ObjectFields] = []
            try reader.elements { reader throws(JSONReader.Malformed) in list.append(try ObjectFields(&reader)) }
            items = list
        }
        self.top = top
        guard let kind = top.kind else { return }
        objects = items ?? [top]
        let kindOfItems = kind.hasSuffix("List") ? String(kind.dropLast(4)) : kind
        for index in objects.indices where objects[index].kind == nil { objects[index].kind = kindOfItems }
    }
}

extension ClusterObjects {
    /// Adds an object; one of a kind that is not needed, or that has no address yet, adds nothing.
    ///
    /// - Parameter now: when it was read.
    /// - Returns: false for one of a kind that is needed, which lacks what is needed of it.
    mutating func add(_ object: ObjectFields, at now: Timestamp) -> Bool {
        switch object.kind {
        case "Pod":
            guard let pod = object.pod.pod(object, at: now) else { return object.pod.isWithoutAddress }
            pods.append(pod)
        case "Service":
            guard let service = object.service.service(object) else { return false }
            services.append(service)
        case "Node":
            guard let name = object.name else { return false }
            nodes.append(ClusterNode(name: name, addresses: object.nodeAddresses))
        default: break
        }
        return true
    }
}
