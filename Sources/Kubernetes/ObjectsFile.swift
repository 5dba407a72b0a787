// SPDX-License-Identifier: Apache-2.0

public import Mediation
internal import Yams

/// Nodes, pods and Services from a file, as `kubectl get nodes,pods,services -A -o json` (or `-o yaml`) prints them.
///
/// JSON is YAML, so one parser reads both. A pod on the host's network has no address of its own and is left out, as is one
/// that has finished. An object that lacks what is needed of it is skipped and counted.
public struct ObjectsFile: Sendable {
    public static let maximumLength = 256 << 20

    public private(set) var objects = ClusterObjects()
    /// Objects of the kinds read that could not be used.
    public private(set) var skipped = 0

    /// - Parameter path: named in errors, and read.
    public init(path: String) throws(ObjectsFileError) {
        try self.init(text: FileText.read(path, limit: Self.maximumLength), path: path)
    }

    /// - Parameter path: named in errors only.
    public init(text: String, path: String) throws(ObjectsFileError) {
        let documents = try Self.documents(in: text, path: path)
        let nodes = documents.flatMap(ObjectNode.items)
        guard !nodes.isEmpty else { throw .noObjects(path: path) }
        let hostAddresses = nodes.filter { $0.kind == "Node" }.flatMap(\.nodeAddresses)
        for node in nodes {
            switch node.kind {
            case "Pod": keep(node)
            case "Service": objects.services += node.services(nodeAddresses: hostAddresses)
            default: break
            }
        }
    }

    private mutating func keep(_ node: ObjectNode) {
        guard let pod = node.pod else {
            if !node.isWithoutAddress { skipped += 1 }
            return
        }
        objects.pods.append(pod)
    }

    private static func documents(in text: String, path: String) throws(ObjectsFileError) -> [Node] {
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
