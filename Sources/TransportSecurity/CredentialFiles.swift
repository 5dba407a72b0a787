// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The three PEM files that say who a program is, and whom it believes.
public struct CredentialFiles: Sendable, Hashable {
    /// The program's own certificate, followed by intermediate ones.
    public let certificate: String
    public let key: String
    /// The authorities whose certificates are accepted.
    public let authorities: String

    /// A bundle of hundreds of authorities is smaller; a larger file is another file.
    private static let limit = 1 << 20

    public init(certificate: String, key: String, authorities: String) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
    }

    struct Contents {
        let certificate, key, authorities: [UInt8]
    }

    func read() throws(CredentialError) -> Contents {
        Contents(
            certificate: try Self.read(certificate), key: try Self.read(key, isSecret: true), authorities: try Self.read(authorities))
    }

    /// What changes when one of the files is written or replaced.
    struct Fingerprint: Hashable {
        fileprivate let files: [FileIdentity?]
    }

    var fingerprint: Fingerprint { Fingerprint(files: [certificate, key, authorities].map(FileIdentity.init(path:))) }

    /// The octets of a PEM file.
    public static func read(_ path: String, isSecret: Bool = false) throws(CredentialError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, text(of: errno)) }
        defer { close(descriptor) }
        // Of the open file, so that nobody can exchange it between the look and the reading.
        if isSecret { try checkMode(of: descriptor, path) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while octets.count <= limit {
            // The kernel writes at most as many octets as the array has.
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path, text(of: errno)) }
            if count == 0 { return octets }
            octets += chunk[..<count]
        }
        throw .unreadable(path, "larger than \(limit) octets")
    }

    private static func checkMode(of descriptor: Int32, _ path: String) throws(CredentialError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .unreadable(path, text(of: errno)) }
        // The owner, and at most a group that may read: a container's volume has no narrower mode.
        guard status.st_mode & 0o027 == 0 else { throw .exposedKey(path, mode: UInt32(status.st_mode & 0o777)) }
    }

    private static func text(of code: Int32) -> String {
        // strerror never returns NULL, and the text stays valid until this thread asks again.
        unsafe String(cString: strerror(code))
    }
}

private struct FileIdentity: Hashable {
    let device, inode: UInt64
    let size: Int64
    let seconds, nanoseconds: Int

    /// Follows links, as container volumes have them, to the file that is read.
    init?(path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
