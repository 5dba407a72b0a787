// SPDX-License-Identifier: Apache-2.0

internal import Mediation

extension ListWatch.Request {
    /// The path and query of a request for objects of a kind.
    func target(_ kind: ClusterKind, below prefix: String) -> String {
        let path = "\(prefix)\(kind.path)"
        switch self {
        case .list(let limit, let continueToken):
            return "\(path)?limit=\(limit)" + (continueToken.map { "&continue=\($0.percentEncoded)" } ?? "")
        case .watch(let resourceVersion, let seconds):
            return
                "\(path)?watch=true&allowWatchBookmarks=true&timeoutSeconds=\(seconds)&resourceVersion=\(resourceVersion.percentEncoded)"
        }
    }
}

extension String {
    /// RFC 3986 §2.3: all but unreserved characters.
    fileprivate var percentEncoded: String {
        var text = ""
        for octet in utf8 {
            switch octet {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                text += "%\(digits.count == 1 ? "0" : "")\(digits)"
            }
        }
        return text
    }
}
