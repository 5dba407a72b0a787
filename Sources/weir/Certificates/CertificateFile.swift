// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import TransportSecurity

/// Files of certificates and keys that are made, and never overwritten.
enum CertificateFile {
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ path: String, code: Int32) {
            // strerror never returns NULL, and the text stays valid until this thread asks again.
            let reason = unsafe String(cString: strerror(code))
            description =
                code == EEXIST ? "\(path) is there already, and is not overwritten; remove it, or name another" : "\(path): \(reason)"
        }
    }

    /// For its owner alone, if it is not there.
    static func makeFolder(_ path: String) throws(Failure) {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw Failure(path, code: errno)
    }

    /// The key first: a certificate without its key is of no use, and a key alone tells what went wrong.
    static func write(_ issued: CertificateAuthority.Issued, certificate: String, key: String) throws(Failure) {
        for path in [certificate, key] where unsafe access(path, F_OK) == 0 { throw Failure(path, code: EEXIST) }
        try write(issued.key, to: key, mode: 0o600)
        try write(issued.certificate, to: certificate, mode: 0o644)
    }

    private static func write(_ text: String, to path: String, mode: mode_t) throws(Failure) {
        // O_EXCL also refuses a link that somebody has put there.
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure(path, code: errno) }
        defer { close(descriptor) }
        // Whatever the umask is.
        fchmod(descriptor, mode)
        let code = Output.write(Array(text.utf8), to: descriptor)
        guard code == 0 else { throw Failure(path, code: code) }
    }
}
