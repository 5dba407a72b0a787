// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Yams

/// YAML, made JSON of and read as such, so that there is one reader of objects.
enum YAMLDocuments {
    /// - Parameters:
    ///   - path: named in errors only.
    ///   - limit: octets of JSON that all documents together may become; aliases of aliases can make much of little.
    static func read(_ text: String, path: String, limit: Int) throws(ObjectsFileError) -> [ObjectDocument] {
        var documents: [ObjectDocument] = []
        var writer = JSONOfYAML(limit: limit)
        for node in try nodes(in: text, path: path) where node["kind"] != nil {
            guard writer.write(node) else { throw .tooLarge(path: path, octets: writer.octets.count, limit: limit) }
            var reader = JSONReader(writer.octets)
            do throws(JSONReader.Malformed) {
                documents.append(try ObjectDocument(&reader))
            } catch {
                throw .malformed(path: path, line: nil, reason: error.reason)
            }
            writer.octets.removeAll(keepingCapacity: true)
        }
        return documents
    }

    private static func nodes(in text: String, path: String) throws(ObjectsFileError) -> [Node] {
        do {
            // A value that keeps its error to itself: it must be the one that is iterated, and asked afterwards.
            var sequence = try Yams.compose_all(yaml: text)
            var documents: [Node] = []
            while let document = sequence.next() { documents.append(document) }
            if let error = sequence.error { throw error }
            return documents
        } catch let error as YamlError {
            throw .malformed(path: path, line: error.line, reason: error.reason)
        } catch {
            throw .malformed(path: path, line: nil, reason: "\(error)")
        }
    }
}

/// Writes nodes as JSON: scalars as strings, for what is read of them takes a text for what it says.
private struct JSONOfYAML {
    let limit: Int
    var octets: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// False when it would become longer than the limit.
    mutating func write(_ node: Node) -> Bool {
        guard octets.count <= limit else { return false }
        if let mapping = node.mapping {
            octets.append(UInt8(ascii: "{"))
            for (index, (key, value)) in mapping.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                write(key.scalar?.string ?? "")
                octets.append(UInt8(ascii: ":"))
                guard write(value) else { return false }
            }
            octets.append(UInt8(ascii: "}"))
        } else if let sequence = node.sequence {
            octets.append(UInt8(ascii: "["))
            for (index, value) in sequence.enumerated() {
                if index > 0 { octets.append(UInt8(ascii: ",")) }
                guard write(value) else { return false }
            }
            octets.append(UInt8(ascii: "]"))
        } else if let scalar = node.scalar, scalar.style != .plain || !["", "~", "null"].contains(scalar.string) {
            write(scalar.string)
        } else {
            octets += "null".utf8
        }
        return true
    }

    private mutating func write(_ text: String) { octets += JSONValue.string(text).octets }
}

extension YamlError {
    /// From 1; nil where the parser does not say.
    fileprivate var line: Int? {
        switch self {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }

    fileprivate var reason: String {
        switch self {
        case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _): problem
        default: "not YAML or JSON"
        }
    }
}
