// SPDX-License-Identifier: Apache-2.0

public import IPFIX
internal import JSON
public import Mediation

/// Nodes, pods and Services from a file, as `kubectl get nodes,pods,services -A -o json` (or `-o yaml`) prints them.
///
/// An object that lacks what is needed of it is skipped and counted.
public struct ObjectsFile: Sendable {
    public static let maximumLength = 256 << 20

    public private(set) var objects = ClusterObjects()
    /// Objects of the kinds read that could not be used.
    public private(set) var skipped = 0

    /// - Parameters:
    ///   - path: named in errors, and read.
    ///   - now: when this is; a finished pod that does not say since when is taken to have ended then.
    public init(path: String, at now: Timestamp) throws(ObjectsFileError) {
        try self.init(text: FileText.read(path, limit: Self.maximumLength), path: path, at: now)
    }

    /// - Parameter path: named in errors only.
    public init(text: String, path: String, at now: Timestamp) throws(ObjectsFileError) {
        let documents = try Self.documents(in: text, path: path)
        var hasObjects = false
        for object in documents.flatMap(\.objects) {
            hasObjects = true
            if !objects.add(object, at: now) { skipped += 1 }
        }
        guard hasObjects else { throw .noObjects(path: path) }
    }

    /// The file's objects as complete lists of their kinds: what the file does not name is not there.
    public func changes(at now: Timestamp) -> [ClusterChange] {
        ClusterKind.allCases.map { .listing($0) } + [.objects(objects, at: now)] + ClusterKind.allCases.map { .listed($0, at: now) }
    }

    /// JSON is YAML too; but read as what it is it takes a tenth of the time.
    private static func documents(in text: String, path: String) throws(ObjectsFileError) -> [ObjectDocument] {
        if text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{"), let documents = try? documents(inJSON: Array(text.utf8)) {
            return documents
        }
        return try YAMLDocuments.read(text, path: path, limit: maximumLength)
    }

    private static func documents(inJSON octets: [UInt8]) throws(JSONReader.Malformed) -> [ObjectDocument] {
        var reader = JSONReader(octets)
        var documents: [ObjectDocument] = []
        while !reader.isAtEnd() { documents.append(try ObjectDocument(&reader)) }
        return documents
    }
}
