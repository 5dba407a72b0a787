// SPDX-License-Identifier: Apache-2.0

internal import IPFIX
internal import JSON

/// What is read of an object of the API, whatever its kind: the few fields that flow records need (Kubernetes API, core/v1), and those
/// by which lists and watches go on (API concepts). The rest is stepped over.
struct ObjectFields {
    var kind: String?

    // metadata
    var name: String?
    var namespace: String?
    var uid: String?
    var resourceVersion: String?
    /// Of a list, and of the answer to an expired one.
    var continueToken: String?
    var created: Timestamp?
    var labels: [(String, String)] = []
    var controller: (kind: String, name: String)?

    // spec and status of the three kinds
    var pod = PodFields()
    var service = ServiceFields()
    var nodeAddresses: [IPAddress] = []

    // meta/v1 Status
    var code: Int?
    var reason: String?
    var message: String?

    init() {}

    /// Reads the object that comes next.
    init(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        try reader.members { name, reader throws(JSONReader.Malformed) in try read(name, &reader) }
    }

    /// Reads a member of the object.
    mutating func read(_ name: String, _ reader: inout JSONReader) throws(JSONReader.Malformed) {
        switch name {
        case "kind": kind = try reader.text()
        case "metadata": try reader.members { name, reader throws(JSONReader.Malformed) in try readMetadata(name, &reader) }
        case "spec":
            try reader.members { name, reader throws(JSONReader.Malformed) in
                try pod.readSpecification(name, &reader)
                try service.readSpecification(name, &reader)
            }
        case "status":
            try reader.members { name, reader throws(JSONReader.Malformed) in
                if name == "addresses" { nodeAddresses = try reader.addresses("address") }
                try pod.readStatus(name, &reader)
                try service.readStatus(name, &reader)
            }
        case "code": code = try reader.text().flatMap { Int($0) }
        case "reason": reason = try reader.text()
        case "message": message = try reader.text()
        default: break
        }
    }

    private mutating func readMetadata(_ name: String, _ reader: inout JSONReader) throws(JSONReader.Malformed) {
        switch name {
        case "name": self.name = try reader.text()
        case "namespace": namespace = try reader.text()
        case "uid": uid = try reader.text()
        case "resourceVersion": resourceVersion = try reader.text()
        case "continue": continueToken = try reader.text()
        case "creationTimestamp": created = try reader.text().flatMap { Timestamp(rfc3339: $0) }
        case "labels":
            try reader.members { name, reader throws(JSONReader.Malformed) in
                if let value = try reader.text() { labels.append((name, value)) }
            }
        case "ownerReferences":
            try reader.elements { reader throws(JSONReader.Malformed) in
                var kind: String?
                var name: String?
                var isController = false
                try reader.members { member, reader throws(JSONReader.Malformed) in
                    switch member {
                    case "kind": kind = try reader.text()
                    case "name": name = try reader.text()
                    case "controller": isController = try reader.text() == "true"
                    default: break
                    }
                }
                if isController, let kind, let name { controller = (kind, name) }
            }
        default: break
        }
    }
}

extension JSONReader {
    /// The addresses in an array of objects, each in a member of this name. What is no address, such as a host name, is left out.
    mutating func addresses(_ member: String) throws(Malformed) -> [IPAddress] {
        var addresses: [IPAddress] = []
        try elements { reader throws(Malformed) in
            try reader.members { name, reader throws(Malformed) in
                if name == member, let address = try reader.text().flatMap({ IPAddress($0) }) { addresses.append(address) }
            }
        }
        return addresses
    }

    /// The addresses in an array of strings.
    mutating func addresses() throws(Malformed) -> [IPAddress] {
        var addresses: [IPAddress] = []
        try elements { reader throws(Malformed) in
            if let address = try reader.text().flatMap({ IPAddress($0) }) { addresses.append(address) }
        }
        return addresses
    }
}
